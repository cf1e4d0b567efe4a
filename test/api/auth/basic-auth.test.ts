import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BasicAuth } from '../../../src/api/v1/auth/basic-auth.ts';
import type { User } from '../../../src/models/user.ts';
import { describeAuth, NO_STRINGS } from '../../contracts/auth.ts';
import { authKit } from '../../helpers/auth-kit.ts';

describeAuth('BasicAuth', (options) => new BasicAuth(options));

/** With bob, whose password is `H0lbertonSchool98!`, and carol, whose is `a:b::c:`. */
async function basicAuth(): Promise<{ auth: BasicAuth; bob: User; carol: User }> {
  const { options, addUser } = authKit();
  const bob = await addUser('bob@hbtn.io', 'H0lbertonSchool98!');
  const carol = await addUser('carol@hbtn.io', 'a:b::c:');
  return { auth: new BasicAuth(options), bob, carol };
}

function basic(credentials: string | Buffer, scheme = 'Basic'): { headers: { authorization: string } } {
  return { headers: { authorization: `${scheme} ${Buffer.from(credentials).toString('base64')}` } };
}

test('extractBase64AuthorizationHeader() returns what follows "Basic ", or null', () => {
  const auth = new BasicAuth(authKit().options);
  const cases: readonly (readonly [header: unknown, value: string | null])[] = [
    ['Basic SG9sYmVydG9u', 'SG9sYmVydG9u'],
    ['Basic SG9sYmVydG9uIFNjaG9vbA==', 'SG9sYmVydG9uIFNjaG9vbA=='],
    ['Basic 1234', '1234'],
    ['basic 1234', '1234'],
    ['BASIC 1234', '1234'],
    ['Basic', null],
    ['Basic ', null],
    ['Basic1234', null],
    ['Holberton School', null],
    ['Bearer 1234', null],
    [' Basic 1234', null],
    ['', null],
    ...NO_STRINGS.map((value) => [value, null] as const),
  ];
  for (const [header, value] of cases) {
    assert.equal(auth.extractBase64AuthorizationHeader(header), value, String(header));
  }
});

test('decodeBase64AuthorizationHeader() decodes strict Base64 of UTF-8, or returns null', () => {
  const auth = new BasicAuth(authKit().options);
  const cases: readonly (readonly [base64: unknown, text: string | null])[] = [
    ['SG9sYmVydG9u', 'Holberton'],
    ['SG9sYmVydG9uIFNjaG9vbA==', 'Holberton School'],
    ['', ''],
    ['w6k=', 'é'],
    ['8J+SqQ==', '💩'],
    ['Holberton School', null],
    ['Holberton', null],
    ['SG9sYmVydG9uIFNjaG9vbA', null],
    ['SG9sYmVydG9u\n', null],
    ['8J-SqQ==', null],
    ['/w==', null],
    ['w6l=', null],
    ...NO_STRINGS.map((value) => [value, null] as const),
  ];
  for (const [base64, text] of cases) {
    assert.equal(auth.decodeBase64AuthorizationHeader(base64), text, String(base64));
  }
});

test('extractUserCredentials() divides at the first ":", or returns [null, null]', () => {
  const auth = new BasicAuth(authKit().options);
  const cases: readonly (readonly [text: unknown, credentials: readonly [string, string] | readonly [null, null]])[] = [
    ['bob@hbtn.io:H0lberton', ['bob@hbtn.io', 'H0lberton']],
    ['bob@hbtn.io:toto1234:a:', ['bob@hbtn.io', 'toto1234:a:']],
    ['bob@hbtn.io::', ['bob@hbtn.io', ':']],
    ['bob@hbtn.io:', ['bob@hbtn.io', '']],
    [':password', ['', 'password']],
    [':', ['', '']],
    ['Holberton School', [null, null]],
    ['', [null, null]],
    ...NO_STRINGS.map((value) => [value, [null, null]] as const),
  ];
  for (const [text, credentials] of cases) {
    assert.deepEqual(auth.extractUserCredentials(text), credentials, String(text));
  }
});

test('userObjectFromCredentials() returns the user, or null, and throws at nothing', async () => {
  const { auth, bob, carol } = await basicAuth();
  const cases: readonly (readonly [email: unknown, password: unknown, user: User | null])[] = [
    ['bob@hbtn.io', 'H0lbertonSchool98!', bob],
    ['BOB@hbtn.io', 'H0lbertonSchool98!', bob],
    ['carol@hbtn.io', 'a:b::c:', carol],
    ['bob@hbtn.io', 'h0lbertonSchool98!', null],
    ['bob@hbtn.io', '', null],
    ['bob@hbtn.io', 'a:b::c:', null],
    ['u2@gmail.com', 'H0lbertonSchool98!', null],
    ['', '', null],
    ['__proto__', 'constructor', null],
    ['bob@hbtn.io', '\ud800', null],
    ['bob@hbtn.io', 'a'.repeat(100_000), null],
    ...NO_STRINGS.flatMap((value) => [[value, 'pwd', null] as const, ['bob@hbtn.io', value, null] as const]),
  ];
  for (const [email, password, user] of cases) {
    const found = await auth.userObjectFromCredentials(email, password);
    assert.equal(found?.id, user?.id, `${String(email)} ${String(password)}`);
  }
});

test('currentUser() is made of these', async () => {
  const { auth, bob, carol } = await basicAuth();
  const cases: readonly (readonly [request: { headers: { authorization: string } }, user: User | null])[] = [
    [basic('bob@hbtn.io:H0lbertonSchool98!'), bob],
    [basic('bob@hbtn.io:H0lbertonSchool98!', 'bAsIc'), bob],
    [basic('carol@hbtn.io:a:b::c:'), carol],
    [basic('bob@hbtn.io:H0lbertonSchool98!', 'Bearer'), null],
    [basic('bob@hbtn.io:wrong'), null],
    [basic('bob@hbtn.io'), null],
    [basic(''), null],
    [basic(Buffer.from([0xff, 0xfe, 0x3a, 0x41])), null],
    [{ headers: { authorization: 'Basic !!!' } }, null],
  ];
  for (const [request, user] of cases) {
    assert.equal((await auth.currentUser(request))?.id, user?.id, request.headers.authorization);
  }
});

test('BasicAuth: challenge asks browsers for a password, in UTF-8', () => {
  assert.match(new BasicAuth(authKit().options).challenge, /^Basic realm="[^"]+", charset="UTF-8"$/);
});
