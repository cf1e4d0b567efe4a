import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestService } from '../helpers/service.ts';

const PASSWORD = 'H0lbertonSchool98!';

test('listed origins are echoed with credentials on every answer, others get no leave', async (t) => {
  const listed = 'https://app.example.com';
  const { api } = await startTestService(t, { corsOrigins: [listed, 'http://localhost:3000'] });
  for (const path of ['/status', '/users', '/unauthorized', '/nothing']) {
    for (const origin of [listed, 'http://localhost:3000', 'https://other.example.com', 'null', undefined]) {
      const { headers } = await api('GET', path, origin === undefined ? {} : { headers: { origin } });
      const isListed = origin === listed || origin === 'http://localhost:3000';
      assert.equal(headers['access-control-allow-origin'], isListed ? origin : undefined, `${path} ${origin}`);
      assert.equal(headers['access-control-allow-credentials'], isListed ? 'true' : undefined, `${path} ${origin}`);
      assert.equal(headers.vary, 'Origin', `${path} ${origin}`);
    }
  }
});

test('JSON is written as the tutorial prints it, to the letter', async (t) => {
  const { api, addUser } = await startTestService(t, { authType: 'none' });
  assert.equal((await api('GET', '/status')).text, '{\n  "status": "OK"\n}\n');
  assert.equal((await api('GET', '/stats')).text, '{\n  "users": 0\n}\n');
  assert.equal((await api('GET', '/users')).text, '[]\n');
  assert.equal((await api('GET', '/unauthorized')).text, '{\n  "error": "Unauthorized"\n}\n');
  const { id } = await addUser('é"\\@hbtn.io', PASSWORD, []);
  const time = '"\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d"';
  const fields = [
    `"created_at": ${time}`,
    '"email": "é\\\\"\\\\\\\\@hbtn.io"',
    '"first_name": null',
    `"id": "${id}"`,
    '"last_name": null',
    `"updated_at": ${time}`,
  ];
  assert.match((await api('GET', `/users/${id}`)).text, new RegExp(`^\\{\n  ${fields.join(',\n  ')}\n\\}\n$`));
  const inList = `  \\{\n    ${fields.join(',\n    ')}\n  \\}\n`;
  assert.match((await api('GET', '/users')).text, new RegExp(`^\\[\n${inList}\\]\n$`));
  assert.equal((await api('DELETE', `/users/${id}`)).text, '{}\n');
});
