import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMultipart } from '../../src/http/multipart.ts';
import { formReader } from '../helpers/form-reader.ts';
import { CLIENT_CASES, GRAMMAR_CASES, SUITE_CASES } from '../helpers/multipart-cases.ts';
import { LATIN1, property } from '../helpers/random.ts';

for (const [what, cases] of [
  ['a form as each client writes it', CLIENT_CASES],
  ['what the grammar allows, and refuses the rest', GRAMMAR_CASES],
  ['what other suites expect', SUITE_CASES],
] as const) {
  test(`readForm() reads ${what}`, async (t) => {
    const read = await formReader(t);
    for (const [name, type, body, wanted] of cases) {
      const bytes = typeof body === 'string' ? Buffer.from(body, 'latin1') : body;
      assert.deepEqual(await read(type, bytes), wanted, name);
    }
  });
}

test('parseMultipart() reads one part more than it may, and no further', () => {
  const part = '--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n';
  const parts = parseMultipart(Buffer.from(`${part.repeat(3)}--x\r\nnonsense`), 'x', 2);
  assert.equal(parts?.length, 3);
  assert.equal(parseMultipart(Buffer.from(`${part.repeat(3)}--x\r\nnonsense`), 'x', 3), null);
});

test('parseMultipart() reads a hostile body in a moment', () => {
  const head = 'Content-Disposition: form-data; name=a';
  for (const piece of ['\r\n--x', '--x', '-', '\r\n', '\r\n ', ';', ' ', '"', '\\"', '%', 'a:b\r\n', '\r\n--x--']) {
    const filler = piece.repeat(65_536);
    const started = process.cpuUsage().user;
    for (const body of [filler, `--x\r\n${filler}`, `--x\r\n${head}${filler}`, `--x\r\n${head}; a="${filler}`]) {
      parseMultipart(Buffer.from(`${body}\r\n\r\n1\r\n--x--`), 'x', 100);
      parseMultipart(Buffer.from(body), '-'.repeat(70), 100);
    }
    assert.ok(process.cpuUsage().user - started < 2_000_000, `${JSON.stringify(piece)}: a cost of its length squared`);
  }
});

property('parseMultipart() reads the parts that were written, whatever they hold', 2_000, (random) => {
  const boundary = random.text(['a', '-', "'", '9'], 8) + 'x';
  const pieces = [...LATIN1, '\r\n', '--', `--${boundary}`, `\r\n--${boundary}y`, '\r\n\r\n'];
  const contents = Array.from({ length: random.below(4) }, () => random.text(pieces, 12));
  const isAmbiguous = (text: string): boolean => new RegExp(`\\r\\n--${boundary}(--)?[ \\t]*(\\r?\\n|$)`).test(`\r\n${text}`);
  const sound = contents.filter((text) => !isAmbiguous(text) && !isAmbiguous(`${text}\r`));
  const body = sound
    .map((text) => `--${boundary}\r\nContent-Disposition: form-data; name=a\r\n\r\n${text}\r\n`)
    .concat(`--${boundary}--`)
    .join('');
  const parts = parseMultipart(Buffer.from(body, 'latin1'), boundary, 10);
  assert.deepEqual(parts?.map(({ content }) => content.toString('latin1')), sound, JSON.stringify(body));
});

property('parseMultipart() never throws', 5_000, (random) => {
  const pieces = ['--x', '--', '\r\n', 'Content-Disposition: form-data; name=a', ';', '=', '"', ' ', ':', ...LATIN1];
  parseMultipart(Buffer.from(random.text(pieces, 20), 'latin1'), 'x', random.below(3));
});
