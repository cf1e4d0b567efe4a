import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authorizationCredentials, basicChallenge, decodeBase64 } from '../../src/http/authorization.ts';
import { LATIN1, property } from '../helpers/random.ts';

test('authorizationCredentials() returns what follows the scheme', () => {
  const cases: readonly (readonly [unknown, string | null])[] = [
    ['Basic SG9sYmVydG9u', 'SG9sYmVydG9u'],
    ['Basic Holberton School', 'Holberton School'],
    ['basic x', 'x'],
    ['BASIC x', 'x'],
    ['bAsIc   x  ', 'x'],
    ['Basic \tx\t', 'x'],
    ['Basic x=y, z="a"', 'x=y, z="a"'],
    ['Basic \xa0', '\xa0'],
    ['Basic1234', null],
    ['Basicx y', null],
    ['Basic', null],
    ['Basic ', null],
    ['Basic  \t', null],
    ['Basic\tx', null],
    [' Basic x', null],
    ['Bearer x', null],
    ['Holberton School', null],
    ['Basi x', null],
    ['', null],
    [undefined, null],
    [null, null],
    [89, null],
    [['Basic x'], null],
    [{ length: 9 }, null],
  ];
  for (const [header, credentials] of cases) {
    assert.equal(authorizationCredentials(header, 'Basic'), credentials, JSON.stringify(header));
  }
});

test('decodeBase64() reads the canonical spelling of UTF-8 only', () => {
  const cases: readonly (readonly [string, string | null])[] = [
    ['', ''],
    ['SG9sYmVydG9u', 'Holberton'],
    ['SG9sYmVydG9uIFNjaG9vbCAtIDk4IQ==', 'Holberton School - 98!'],
    ['w6nigqw=', 'é€'],
    ['8J+Nqg==', '\u{1f36a}'],
    ['77u/YQ==', '\ufeffa'],
    ['AA==', '\0'],
    ['YQ', null],
    ['YQ=', null],
    ['YQ===', null],
    ['YWI', null],
    ['YR==', null],
    ['YWJ=', null],
    ['Y', null],
    ['=', null],
    ['====', null],
    ['YQ==YQ==', null],
    ['YQ==\n', null],
    [' YQ==', null],
    ['Y Q==', null],
    ['8J-Nqg==', null],
    ['SG9s*YmVydG9u', null],
    ['Holberton School', null],
    ['/w==', null],
    ['wK8=', null],
    ['7aCA', null],
    ['w6k\xe9', null],
  ];
  for (const [text, decoded] of cases) assert.equal(decodeBase64(text), decoded, JSON.stringify(text));
});

property('decodeBase64() gives back every text that was encoded', 2_000, (random) => {
  const text = random.text([...LATIN1, '€', '\u{1f36a}'], 30);
  assert.equal(decodeBase64(Buffer.from(text).toString('base64')), text);
});

property('decodeBase64() never throws, and no two texts decode to the same', 5_000, (random) => {
  const text = random.text([...'ABCDwxyz0189+/=-_', ' '], 12);
  const decoded = decodeBase64(text);
  if (decoded !== null) assert.equal(Buffer.from(decoded).toString('base64'), text);
});

property('authorizationCredentials() never throws, and returns nothing blank', 5_000, (random) => {
  const credentials = authorizationCredentials(random.text(['Basic', ' ', '\t', ...LATIN1], 10), 'Basic');
  assert.ok(credentials === null || /[^ \t]/.test(credentials));
});

test('basicChallenge() quotes the realm and names the charset', () => {
  assert.equal(basicChallenge('session-auth'), 'Basic realm="session-auth", charset="UTF-8"');
  assert.equal(basicChallenge('a "b" \\'), 'Basic realm="a \\"b\\" \\\\", charset="UTF-8"');
  assert.throws(() => basicChallenge('a\r\nb'), { name: 'TypeError', message: /^realm/ });
});
