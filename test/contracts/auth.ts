import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Auth, AuthOptions } from '../../src/api/v1/auth/auth.ts';
import { authKit, requestWith } from '../helpers/auth-kit.ts';

/** Makes the class that a contract is run on. */
export type Factory<A extends Auth> = (options: AuthOptions) => A;

/** What is no id of anything, and must be answered with null rather than thrown at. */
export const NO_STRINGS: readonly unknown[] = [
  ...[null, undefined, 0, 89, Number.NaN, 1n, true, false, Symbol('a')],
  ...[{}, [], ['a'], new Date(0), new String('a'), () => 'a'],
];

/** What holds for every class. */
export function describeAuth(name: string, make: Factory<Auth>): void {
  test(`${name}: requireAuth() is as the tutorial's`, () => {
    const auth = make(authKit().options);
    const status = ['/api/v1/status/'];
    const cases: readonly (readonly [path: string | null, excluded: readonly string[] | null, required: boolean])[] = [
      [null, null, true],
      [null, [], true],
      [null, status, true],
      ['/api/v1/status/', null, true],
      ['/api/v1/status/', [], true],
      ['/api/v1/status/', status, false],
      ['/api/v1/status', status, false],
      ['/api/v1/status', ['/api/v1/status'], false],
      ['/api/v1/status/', ['/api/v1/status'], false],
      ['/api/v1/users', status, true],
      ['/api/v1/users', ['/api/v1/status/', '/api/v1/stats'], true],
      ['/api/v1/stats', ['/api/v1/status/', '/api/v1/stats'], false],
      // Whole paths: the tutorial's usual regular expression lets these through.
      ['/api/v1/statusx', status, true],
      ['/api/v1/status/x', status, true],
      ['/api/v1/statu', status, true],
      ['/api/v1/', status, true],
      ['x/api/v1/status', status, true],
      ['/api/v1/status//', status, true],
      ['/API/V1/STATUS', status, true],
      ['/apixv1/status', ['/api.v1/status'], true],
      ['/api/v1/status', ['/api/v1/statu.'], true],
      ['', status, true],
      ['/', ['/'], false],
      ['/', status, true],
      // A "*" at the end matches any rest.
      ['/api/v1/status', ['/api/v1/stat*'], false],
      ['/api/v1/stats', ['/api/v1/stat*'], false],
      ['/api/v1/stats/', ['/api/v1/stat*'], false],
      ['/api/v1/stat', ['/api/v1/stat*'], false],
      ['/api/v1/stat/us/deep', ['/api/v1/stat*'], false],
      ['/api/v1/sta', ['/api/v1/stat*'], true],
      ['/api/v1/users', ['/api/v1/stat*'], true],
      ['/api/v1/users', ['/api/v1/users/*'], false],
      ['/api/v1/users/', ['/api/v1/users/*'], false],
      ['/api/v1/users/me', ['/api/v1/users/*'], false],
      ['/api/v1/usersx', ['/api/v1/users/*'], true],
      ['/anything', ['*'], false],
      ['/api/v1/users', ['/api/*/users'], true],
      ['/api/v1/users', ['/nothing/', '/api/v1/u*'], false],
    ];
    for (const [path, excluded, required] of cases) {
      assert.equal(auth.requireAuth(path, excluded), required, `${path} ${excluded}`);
    }
  });

  test(`${name}: authorizationHeader() is the header, or null`, () => {
    const auth = make(authKit().options);
    assert.equal(auth.authorizationHeader(), null);
    assert.equal(auth.authorizationHeader(null), null);
    assert.equal(auth.authorizationHeader({ headers: {} }), null);
    assert.equal(auth.authorizationHeader({ headers: { authorization: 'Test' } }), 'Test');
    assert.equal(auth.authorizationHeader({ headers: { authorization: '' } }), '');
  });

  test(`${name}: sessionCookie() is the cookie of the session's name, or null`, () => {
    const auth = make(authKit().options);
    assert.equal(auth.sessionCookie(), null);
    assert.equal(auth.sessionCookie(null), null);
    assert.equal(auth.sessionCookie({ headers: {} }), null);
    assert.equal(auth.sessionCookie(requestWith('Hello')), 'Hello');
    assert.equal(auth.sessionCookie(requestWith('C is fun')), 'C is fun');
    assert.equal(auth.sessionCookie({ headers: { cookie: '_my_session_id_fake' } }), null);
    assert.equal(auth.sessionCookie({ headers: { cookie: 'other=a; _my_session_id=b' } }), 'b');
    const renamed = make(authKit({ sessionName: 'sid' }).options);
    assert.equal(renamed.sessionCookie(requestWith('Hello')), null);
    assert.equal(renamed.sessionCookie(requestWith('Hello', 'sid')), 'Hello');
  });

  test(`${name}: currentUser() is null where nobody says who asks`, async () => {
    const auth = make(authKit().options);
    for (const request of [undefined, null, { headers: {} }, { headers: { cookie: '', authorization: '' } }]) {
      assert.equal(await auth.currentUser(request), null);
    }
    assert.equal(await auth.currentUser({ headers: { authorization: 'Test' } }), null);
    assert.equal(await auth.currentUser(requestWith('Holberton')), null);
  });
}
