import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { cookieOf, send } from './client.ts';
import type { Reply, RequestOptions } from './client.ts';
import { EMAIL } from './accounts.ts';

export const IMPORTED = 'imported@example.com';
const ADDED = 'added@example.com';

/** Each in no other way than as a password, so that none can be found by chance. */
export const SECRETS = {
  right: 'Zwölf Boxkämpfer & 1 Sylter: 100%',
  imported: 'tutorial pässword "quoted"',
  added: 'a\\password\tfor the new one',
  wrong: 'no-password-of-anybody-5813',
  tooLong: `too-long-${'x'.repeat(1100)}`,
  asEmail: 'password@typed.into-the-email',
  inQuery: 'typed-into-the-query-8244',
  asUserinfo: 'typed-before-the-host-3391',
};

const SESSION_ID = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g;

/** What `useInEveryWay` asks of a server. */
export interface Target {
  readonly base: string;
  api(method: string, path: string, options?: RequestOptions): Promise<Reply>;
}

/** Signs in in every way there is, good and bad. @returns the cookies that were given */
export async function useInEveryWay(target: Target): Promise<string[]> {
  const cookies: string[] = [];
  const login = async (email: string, password: string, options: RequestOptions = {}): Promise<void> => {
    const reply = await target.api('POST', '/auth_session/login', { ...options, form: { email, password } });
    if (reply.status === 200 && reply.headers['set-cookie'] !== undefined) cookies.push(cookieOf(reply));
  };
  const basic = (email: string, password: string) => target.api('GET', '/users/me', { basic: [email, password] });

  for (const attempt of [login, basic]) {
    await attempt(EMAIL, SECRETS.right);
    await attempt(IMPORTED, SECRETS.imported);
    await attempt(EMAIL, SECRETS.wrong);
    await attempt(EMAIL, SECRETS.tooLong);
    await attempt('nobody@example.com', SECRETS.wrong);
    await attempt(SECRETS.asEmail, SECRETS.asEmail);
  }
  const parts = Object.entries({ email: EMAIL, password: SECRETS.right }).map(
    ([name, value]) => `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const reply = await target.api('POST', '/auth_session/login', {
    headers: { 'content-type': 'multipart/form-data; boundary=x' },
    body: `${parts.join('')}--x--\r\n`,
  });
  if (reply.status === 200) cookies.push(cookieOf(reply));

  // As a client would that has it all wrong.
  const query = new URLSearchParams({ email: EMAIL, password: SECRETS.inQuery });
  await target.api('POST', `/auth_session/login?${query}`);
  await target.api('GET', `/users?password=${SECRETS.inQuery}`, { basic: [EMAIL, SECRETS.right] });
  await send(target.base, 'GET', `http://bob:${SECRETS.asUserinfo}@127.0.0.1/api/v1/users`);
  await target.api('POST', '/auth_session/login', { body: `password=${SECRETS.wrong}` });
  await target.api('GET', '/users/me', { headers: { authorization: `Bearer ${SECRETS.wrong}` } });
  await target.api('GET', '/users/me', { headers: { authorization: SECRETS.wrong } });

  const [cookie = '', ...others] = cookies;
  const authenticated: RequestOptions = cookies.length > 0 ? { cookie } : { basic: [EMAIL, SECRETS.right] };
  const json = { email: ADDED, password: SECRETS.added };
  assert.equal((await target.api('POST', '/users', { ...authenticated, json })).status, 201);
  assert.equal((await target.api('POST', '/users', { ...authenticated, json })).status, 409);
  await target.api('POST', '/users', { ...authenticated, json: { email: 'x', password: SECRETS.wrong } });
  await target.api('POST', '/users', { ...authenticated, json: { email: 'x@y', password: SECRETS.tooLong } });
  await login(ADDED, SECRETS.added);
  await login(EMAIL, SECRETS.right, { cookie: others[0] ?? '' });
  for (const ended of others.slice(1, 2)) await target.api('DELETE', '/auth_session/logout', { cookie: ended });
  return cookies;
}

/** A secret as it is, and as any layer may have written it. */
function spellings(secret: string): Buffer[] {
  const bytes = Buffer.from(secret);
  const withEmails = ['', `${EMAIL}:`, `${IMPORTED}:`, 'nobody@example.com:', `${SECRETS.asEmail}:`];
  const texts = [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    new URLSearchParams({ '': secret }).toString().slice(1),
    bytes.toString('hex'),
    ...withEmails.map((email) => Buffer.from(`${email}${secret}`).toString('base64').replace(/=+$/, '').slice(0, 60)),
    bytes.toString('base64url'),
  ];
  return [...texts.map((text) => Buffer.from(text)), Buffer.from(secret, 'utf16le'), Buffer.from(secret, 'latin1')];
}

export function filesOf(directory: string): { name: string; bytes: Buffer }[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => join(directory, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => ({ name: path, bytes: readFileSync(path) }));
}

export function assertHoldsNone(sources: readonly { name: string; bytes: Buffer }[], secrets: readonly string[]): void {
  for (const { name, bytes } of sources) {
    for (const secret of secrets) {
      for (const spelling of spellings(secret)) {
        assert.equal(bytes.indexOf(spelling), -1, `${name} holds ${secret} as ${spelling.toString('latin1')}`);
      }
    }
  }
}

/** Whatever in the files could be taken for a session id: each word, each UUID, and their digests. */
export function candidates(sources: readonly { bytes: Buffer }[]): string[] {
  const words = sources.flatMap(({ bytes }) => bytes.toString('utf8').match(/[\w+/-]{20,}/g) ?? []);
  const uuids = sources.flatMap(({ bytes }) => bytes.toString('utf8').match(SESSION_ID) ?? []);
  return [...new Set([...words, ...uuids])];
}
