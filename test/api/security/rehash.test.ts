import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { OverloadedError } from '../../../src/errors.ts';
import { readTutorialUsers, withWrappedPassword } from '../../../src/cli/tutorial-users.ts';
import { User } from '../../../src/models/user.ts';
import { PasswordHasher } from '../../../src/security/password.ts';
import type { ScryptCost } from '../../../src/security/password.ts';
import { CHEAP_COST, startTestService } from '../../helpers/service.ts';
import type { TestServiceOptions } from '../../helpers/service.ts';
import { EMAIL, PASSWORD, storedUser, TestDisk, WAYS, WRONG } from '../../helpers/accounts.ts';
import { CountingHasher } from '../../helpers/hashers.ts';
import { journalOnly } from '../../helpers/test-database.ts';

const OF_TODAY = /^\$scrypt-hmac-sha256\$ln=4,r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/;
// Made by Python's hashlib.scrypt, as the first version of this server made them.
const OF_FIRST_VERSION = '$scrypt$ln=4,r=8,p=1$c2l4dGVlbi1ieXRlLXNsdA$Pxi3AdnKPJckQCThiEU/fup59rBwS4UEI4BwV2BdNRw';
const CREATED_AT = Date.UTC(2017, 8, 25, 1, 55, 17);

/** `.db_User.json`, as the tutorial writes it. */
function tutorialUser(): User {
  const file = {
    'b6c3b5d4-7a5b-4c54-8a5d-2f3f8a0a1a11': {
      __class__: 'User',
      id: 'b6c3b5d4-7a5b-4c54-8a5d-2f3f8a0a1a11',
      created_at: '2017-09-25T01:55:17',
      updated_at: '2017-09-25T01:55:17',
      email: EMAIL,
      _password: createHash('sha256').update(PASSWORD).digest('hex'),
    },
  };
  const [user] = readTutorialUsers(JSON.stringify(file))?.users ?? [];
  assert.ok(user !== undefined);
  return user;
}

async function userOfCost(cost: ScryptCost): Promise<User> {
  const passwordHash = await new PasswordHasher({ cost }).hash(PASSWORD);
  return new User({ email: EMAIL, passwordHash, createdAt: CREATED_AT, updatedAt: CREATED_AT });
}

const OLD: readonly { readonly name: string; readonly make: () => Promise<User> }[] = [
  { name: 'the SHA-256 of an imported user', make: async () => tutorialUser() },
  { name: 'the wrapped SHA-256 of an imported user', make: () => withWrappedPassword(tutorialUser(), new PasswordHasher({ cost: CHEAP_COST })) },
  { name: 'scrypt of the password itself', make: async () => tutorialUser().with({ passwordHash: OF_FIRST_VERSION }) },
  { name: 'scrypt of a lower N', make: () => userOfCost({ logN: 3, r: 8, p: 1 }) },
  { name: 'scrypt of a lower r', make: () => userOfCost({ logN: 4, r: 4, p: 1 }) },
  { name: 'scrypt of a higher p', make: () => userOfCost({ logN: 4, r: 8, p: 2 }) },
];

/** Has a place for whoever wants to be verified, and none for a new hash. */
class RefusingHasher extends CountingHasher {
  isRefusing = false;

  override async hash(password: string): Promise<string> {
    if (this.isRefusing) throw new OverloadedError('password hashing', 5);
    return super.hash(password);
  }
}

async function start(t: TestContext, user: User, options: TestServiceOptions) {
  const passwords = new CountingHasher({ cost: CHEAP_COST });
  const server = await startTestService(t, { passwords, ...options });
  await server.service.users.save(user);
  return { server, passwords };
}

for (const { authType, attempt, statusOfWrong } of WAYS) {
  for (const { name, make } of OLD) {
    test(`${authType} replaces ${name} when the password is right, and nothing else of the user`, async (t) => {
      const user = await make();
      const { server } = await start(t, user, { authType });

      assert.equal((await attempt(server, EMAIL, WRONG)).status, statusOfWrong);
      assert.deepEqual(await storedUser(server), user, 'a wrong password replaces nothing');

      assert.equal((await attempt(server, EMAIL, PASSWORD)).status, 200);
      const replaced = await storedUser(server);
      assert.match(replaced.passwordHash ?? '', OF_TODAY);
      const { passwordHash, knownNetworks } = replaced;
      assert.deepEqual(replaced, user.with({ passwordHash, knownNetworks }));
      assert.deepEqual(knownNetworks.map(({ network }) => network), ['127.0.0.1']);
      assert.equal(replaced.updatedAt, CREATED_AT);

      assert.equal((await attempt(server, EMAIL, PASSWORD)).status, 200);
      assert.equal((await storedUser(server)).passwordHash, replaced.passwordHash, 'once is enough');
      assert.equal((await attempt(server, EMAIL, WRONG)).status, statusOfWrong);
    });
  }

  test(`${authType} answers as ever when the disk fails at the replacement, and replaces the next time`, journalOnly('a full disk'), async (t) => {
    const fileSystem = new TestDisk();
    // An entry of the cache of Basic is over by then.
    let now = CREATED_AT;
    const { server } = await start(t, tutorialUser(), { authType, fileSystem, clock: () => now });
    fileSystem.isFull = true;
    assert.equal((await attempt(server, EMAIL, PASSWORD)).status, 200);
    // The new hash, and the network that the user signed in from.
    assert.equal(fileSystem.refused, 2);
    assert.match((await storedUser(server)).passwordHash ?? '', /^\$sha256\$/);
    fileSystem.isFull = false;
    now += 3_600_000;
    assert.equal((await attempt(server, EMAIL, PASSWORD)).status, 200);
    assert.match((await storedUser(server)).passwordHash ?? '', OF_TODAY);
  });

  test(`${authType} answers as ever when the queue is full at the replacement, and replaces later`, async (t) => {
    const passwords = new RefusingHasher();
    let now = CREATED_AT;
    const { server } = await start(t, tutorialUser(), { authType, passwords, clock: () => now });
    passwords.isRefusing = true;
    assert.equal((await attempt(server, EMAIL, PASSWORD)).status, 200);
    assert.match((await storedUser(server)).passwordHash ?? '', /^\$sha256\$/);
    passwords.isRefusing = false;
    now += 3_600_000;
    assert.equal((await attempt(server, EMAIL, PASSWORD)).status, 200);
    assert.match((await storedUser(server)).passwordHash ?? '', OF_TODAY);
  });

  test(`${authType} keeps one hash when an imported user signs in many times at once`, async (t) => {
    const { server } = await start(t, tutorialUser(), { authType });
    const crowd = await Promise.all(Array.from({ length: 8 }, () => attempt(server, EMAIL, PASSWORD)));
    assert.deepEqual(crowd.map(({ status }) => status), Array.from({ length: 8 }, () => 200));
    assert.match((await storedUser(server)).passwordHash ?? '', OF_TODAY);
    assert.equal((await attempt(server, EMAIL, PASSWORD)).status, 200);
  });
}

test('the replaced hash outlives the process', async (t) => {
  const { server } = await start(t, tutorialUser(), { authType: 'session_auth' });
  const [way] = WAYS;
  assert.equal((await way?.attempt(server, EMAIL, PASSWORD))?.status, 200);
  const { passwordHash } = await storedUser(server);
  await server.service.close();
  const again = await startTestService(t, { authType: 'session_auth', dataDirectory: server.directory });
  assert.equal((await storedUser(again)).passwordHash, passwordHash);
  assert.equal((await way?.attempt(again, EMAIL, PASSWORD))?.status, 200);
});
