import assert from 'node:assert/strict';
import { test } from 'node:test';
import { searchUsers } from '../../src/accounts/user-search.ts';
import { User } from '../../src/models/user.ts';

/** Users by their place, read as a store reads them. */
function directory(emails: readonly string[]) {
  const users = emails.map((email, place) => new User({ id: String(place), email, passwordHash: null }));
  const reads: number[] = [];
  return {
    reads,
    page: (after: string | null, limit: number): User[] | null => {
      reads.push(limit);
      const start = after === null ? 0 : Number(after) + 1;
      return after !== null && users[Number(after)] === undefined ? null : users.slice(start, start + limit);
    },
  };
}

const EMAILS = Array.from({ length: 1_203 }, (_, place) => `user${place}@example.com`);

test('searchUsers() gives every user once, page by page', async () => {
  const users = directory(EMAILS);
  const seen: string[] = [];
  let next: string | null = null;
  do {
    const found = await searchUsers(users, '', next, 50);
    seen.push(...found.users.map(({ email }) => email));
    next = found.next;
  } while (next !== null);
  assert.deepEqual(seen, EMAILS);
});

for (const [part, emails] of [
  ['USER1200', ['user1200@example.com']],
  ['r10@', ['user10@example.com']],
  ['user120', ['user120@example.com', 'user1200@example.com', 'user1201@example.com', 'user1202@example.com']],
  ['nobody', []],
] as const) {
  test(`searchUsers() finds ${emails.length} users for ${part}`, async () => {
    const found = await searchUsers(directory(EMAILS), part, null, 50);
    assert.deepEqual(found.users.map(({ email }) => email), emails);
    assert.equal(found.next, null);
  });
}

test('searchUsers() finds accents however they are composed', async () => {
  const found = await searchUsers(directory(['ren\u00e9@example.com']), 'rene\u0301', null, 50);
  assert.equal(found.users.length, 1);
});

test('searchUsers() looks at 20,000 users at once, and goes on from there', async () => {
  const many = directory([...Array.from({ length: 20_000 }, (_, place) => `user${place}@example.com`), 'last@example.com']);
  const first = await searchUsers(many, 'last', null, 50);
  assert.deepEqual([first.users.length, first.next], [0, '19999']);
  assert.equal(many.reads.reduce((sum, limit) => sum + limit, 0), 20_000);
  const second = await searchUsers(many, 'last', first.next, 50);
  assert.deepEqual([second.users.map(({ email }) => email), second.next], [['last@example.com'], null]);
});

test('searchUsers() finds nobody after a user who is gone', async () => {
  assert.deepEqual(await searchUsers(directory(EMAILS), '', '5000', 50), { users: [], next: null });
});
