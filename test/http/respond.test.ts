import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JsonContent, json, prepareHeaders } from '../../src/http/respond.ts';

test('JsonContent() says how many bytes it has, and that they may be copied only where they are ASCII', () => {
  for (const [value, encoding, bytes] of [
    [{ a: 'x' }, 'latin1', 15],
    [{ a: 'é' }, 'utf8', 16],
    [{ a: '€' }, 'utf8', 17],
    [{ a: '😀' }, 'utf8', 18],
    [{ a: '\ud800' }, 'latin1', 20], // JSON.stringify escapes a lone surrogate
  ] as const) {
    const content = new JsonContent(value);
    assert.deepEqual([content.encoding, content.fieldsAfter([]).at(-1)], [encoding, String(bytes)], content.text);
    assert.equal(Buffer.byteLength(content.text, content.encoding), bytes);
    assert.deepEqual(JSON.parse(Buffer.from(content.text, content.encoding).toString('utf8')), value);
  }
});

test('fieldsAfter() makes the fields once for the same beginning, and anew for another', () => {
  const content = new JsonContent({});
  const one = prepareHeaders([['A', '1']]);
  const other = prepareHeaders([['A', '2']]);
  const fields = content.fieldsAfter(one);
  assert.deepEqual(fields, [...one, 'Content-Type', 'application/json', 'Content-Length', '3']);
  assert.equal(content.fieldsAfter(one), fields);
  assert.deepEqual(content.fieldsAfter(other), [...other, 'Content-Type', 'application/json', 'Content-Length', '3']);
  assert.deepEqual(content.fieldsAfter(one), fields);
});

test('json() has no header but those it is given', () => {
  assert.deepEqual(json(200, {}).headers, []);
  assert.deepEqual(json(200, {}, [['A', 'b']]).headers, [['A', 'b']]);
});
