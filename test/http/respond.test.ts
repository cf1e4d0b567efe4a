import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JsonContent } from '../../src/http/json.ts';
import { json, PreparedHeaders } from '../../src/http/respond.ts';

test('JsonContent() says how many bytes it has, and that they may be copied only where they are ASCII', () => {
  for (const [value, encoding, bytes] of [
    [{ a: 'x' }, 'latin1', 15],
    [{ a: 'é' }, 'utf8', 16],
    [{ a: '€' }, 'utf8', 17],
    [{ a: '😀' }, 'utf8', 18],
    [{ a: '\ud800' }, 'latin1', 20], // JSON.stringify escapes a lone surrogate
  ] as const) {
    const content = new JsonContent(value);
    assert.deepEqual([content.encoding, content.byteLength], [encoding, bytes], content.text);
    assert.equal(Buffer.byteLength(content.text, content.encoding), bytes);
    assert.deepEqual(JSON.parse(Buffer.from(content.text, content.encoding).toString('utf8')), value);
  }
});

test('fieldsFor() gives the fields of every answer, those it was made with, and those of the content', () => {
  const prepared = new PreparedHeaders([['A', '1']]);
  const withoutContent = ['X-Content-Type-Options', 'nosniff', 'Cache-Control', 'no-store', 'A', '1'];
  assert.deepEqual(prepared.fieldsFor(null), withoutContent);
  // As many characters, and other bytes.
  for (const [value, length] of [['', '3'], ['ab', '5'], ['é', '5'], ['éé', '7'], ['x'.repeat(2_500), '2503']] as const) {
    assert.deepEqual(prepared.fieldsFor(new JsonContent(value)), [
      ...withoutContent, 'Content-Type', 'application/json', 'Content-Length', length,
    ]);
  }
  assert.deepEqual(prepared.fieldsFor(null), withoutContent, 'unchanged');
});

test('json() has no header but those it is given', () => {
  assert.deepEqual(json(200, {}).headers, []);
  assert.deepEqual(json(200, {}, [['A', 'b']]).headers, [['A', 'b']]);
});
