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

test('fieldsFor() gives the fields of each length of content, however many there are, and makes them once', () => {
  const prepared = new PreparedHeaders([['A', '1']]);
  const withoutContent = prepared.fieldsFor(null);
  assert.deepEqual(withoutContent.slice(-2), ['A', '1']);
  assert.equal(withoutContent.includes('Content-Length'), false);
  for (let length = 0; length < 2_500; length += 1) {
    const content = new JsonContent('x'.repeat(length));
    const fields = prepared.fieldsFor(content);
    const expected = [...withoutContent, 'Content-Type', 'application/json', 'Content-Length', String(length + 3)];
    assert.deepEqual(fields, expected);
    assert.equal(prepared.fieldsFor(new JsonContent('y'.repeat(length))), fields);
  }
  assert.equal(prepared.fieldsFor(null), withoutContent);
  // As many characters as the other has bytes.
  const [wide, ascii] = [new JsonContent('é'), new JsonContent('ab')];
  assert.equal(wide.byteLength, ascii.byteLength);
  assert.deepEqual([...prepared.fieldsFor(new JsonContent('éé'))].at(-1), '7');
  assert.deepEqual([...prepared.fieldsFor(ascii)].at(-1), '5');
  assert.equal(prepared.fieldsFor(wide), prepared.fieldsFor(ascii));
});

test('fieldsFor() holds the fields of so many lengths, and no more', () => {
  const prepared = new PreparedHeaders([]);
  const first = prepared.fieldsFor(new JsonContent(''));
  for (let length = 1; length < 2_500; length += 1) prepared.fieldsFor(new JsonContent('x'.repeat(length)));
  assert.notEqual(prepared.fieldsFor(new JsonContent('')), first);
});

test('json() has no header but those it is given', () => {
  assert.deepEqual(json(200, {}).headers, []);
  assert.deepEqual(json(200, {}, [['A', 'b']]).headers, [['A', 'b']]);
});
