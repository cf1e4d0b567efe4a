import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OPERATOR } from '../../src/accounts/caller.ts';
import { SESSION_TYPES } from '../helpers/accounts.ts';
import { cookieOf, fieldsOf } from '../helpers/client.ts';
import { PASSWORD, startOrganisation } from '../helpers/organisation.ts';
import type { Organisation } from '../helpers/organisation.ts';
import { Wire } from '../helpers/wire.ts';

const INPUT = { email: 'new@example.com', password: PASSWORD };

/** What befalls an administrator while the body is on its way. */
const MEANWHILE: Readonly<Record<string, (organisation: Organisation, cookie: string) => Promise<unknown>>> = {
  'has signed out': ({ server }, cookie) => server.api('DELETE', '/auth_session/logout', { cookie }),
  'is none any more': ({ server, admin }) =>
    server.service.services.accounts.changeGroups(admin.id, () => ['staff'], OPERATOR),
  'was removed': ({ server, admin }) => server.service.services.accounts.remove(admin.id, OPERATOR),
};

for (const authType of SESSION_TYPES) {
  for (const [title, happen] of Object.entries(MEANWHILE)) {
    test(`an administrator who ${title} before the body is whole adds nobody, under ${authType}`, async (t) => {
      const organisation = await startOrganisation(t, { authType });
      const { server, admin, signIn } = organisation;
      const cookie = await signIn(admin);
      const body = JSON.stringify(INPUT);
      const wire = await Wire.open(server.service.address.port);
      wire.send(
        `POST /api/v1/users HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: ${cookie}\r\nContent-Type: application/json\r\n` +
          `Expect: 100-continue\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 9)}`,
      );
      // The server has judged the head, and waits for the body.
      assert.equal((await wire.answer())?.status, 100);
      await happen(organisation, cookie);
      wire.send(body.slice(9));
      assert.equal((await wire.answer())?.status, 403);
      wire.end();
      assert.deepEqual(await server.service.users.search({ email: INPUT.email }), []);
    });
  }
}

test('whom another cookie of the request names does not stand in for a user who has signed out', async (t) => {
  const { server, admin, mia, signIn } = await startOrganisation(t);
  const cookie = await signIn(mia);
  const body = JSON.stringify({ first_name: 'Mallory' });
  const wire = await Wire.open(server.service.address.port);
  wire.send(
    `PUT /api/v1/users/me HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: ${cookie}; ${await signIn(admin)}\r\n` +
      `Content-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 9)}`,
  );
  assert.equal((await wire.answer())?.status, 100);
  await server.api('DELETE', '/auth_session/logout', { cookie });
  wire.send(body.slice(9));
  assert.equal((await wire.answer())?.status, 403);
  wire.end();
  assert.equal((await server.service.users.get(mia.id))?.firstName, null);
});

test('to add an administrator takes a fresh sign-in, as to make somebody one does', async (t) => {
  const { server, admin, signIn, advance } = await startOrganisation(t);
  const cookie = await signIn(admin);
  advance(901);
  for (const json of [{ ...INPUT, groups: ['admins'] }, { email: INPUT.email, invite: true, groups: ['ops', 'admins'] }]) {
    const reply = await server.api('POST', '/users', { cookie, json });
    assert.deepEqual([reply.status, reply.json()], [403, { error: 'sign in again' }]);
  }
  assert.equal((await server.api('POST', '/users', { cookie, json: { ...INPUT, groups: ['ops'] } })).status, 201);
});

test('to add a user takes a fresh sign-in where new users are administrators', async (t) => {
  const { server, admin, signIn, advance } = await startOrganisation(t, { defaultGroups: ['admins'] });
  const cookie = await signIn(admin);
  advance(901);
  const refused = await server.api('POST', '/users', { cookie, json: INPUT });
  assert.deepEqual([refused.status, refused.json()], [403, { error: 'sign in again' }]);
  assert.equal((await server.api('POST', '/users', { cookie, json: { ...INPUT, groups: [] } })).status, 201);
});

test('an invitation that is used in a browser with a sign-in ends that one', async (t) => {
  const { server, admin, signIn, statusOf } = await startOrganisation(t, { publicUrl: 'https://auth.example.com' });
  const former = await signIn(admin);
  const made = await server.api('POST', '/users', { cookie: former, json: { email: INPUT.email, invite: true } });
  assert.equal(made.status, 201, made.text);
  const token = String(fieldsOf(made).url).slice(-43);
  const json = { token, new_password: PASSWORD };
  const used = await server.api('POST', '/password_reset', { cookie: former, json });
  assert.equal(used.status, 200, used.text);
  assert.deepEqual([await statusOf(former), await statusOf(cookieOf(used))], [403, 200]);
});
