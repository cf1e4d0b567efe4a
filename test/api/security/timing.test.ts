import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OWASP_SCRYPT_COST } from '../../../src/security/password.ts';
import { startTestService } from '../../helpers/service.ts';
import { EMAIL, PASSWORD, WAYS, WRONG } from '../../helpers/accounts.ts';
import { CountingHasher } from '../../helpers/hashers.ts';

const ROUNDS = 5;

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

for (const { authType, attempt, statusOfWrong } of WAYS) {
  test(`${authType} takes like time for an unknown user and a wrong password, a hash of full cost`, async (t) => {
    const passwords = new CountingHasher({});
    const server = await startTestService(t, { authType, passwords, loginMaxFailures: 0 });
    await server.addUser(EMAIL, PASSWORD);
    passwords.taken();

    const cases = [
      { email: EMAIL, status: statusOfWrong, times: new Array<number>() },
      { email: 'nobody@example.com', status: authType === 'basic_auth' ? 403 : 404, times: new Array<number>() },
    ];
    // In turns, so that whatever else this machine does slows down both.
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const { email, status, times } of cases) {
        const start = performance.now();
        const reply = await attempt(server, email, WRONG);
        times.push(performance.now() - start);
        assert.equal(reply.status, status);
        assert.deepEqual(passwords.costs.splice(0), [OWASP_SCRYPT_COST], email);
      }
    }
    const [wrong = 0, unknown = 0] = cases.map(({ times }) => median(times));
    t.diagnostic(`medians: wrong password ${wrong.toFixed(1)} ms, unknown user ${unknown.toFixed(1)} ms`);
    assert.ok(unknown > wrong / 2 && unknown < wrong * 2, `${wrong} ms, ${unknown} ms`);
  });

  test(`${authType} makes the same hashes for every "no" where a stored hash costs less, from the first on`, async (t) => {
    const cheaper = { logN: 3, r: 8, p: 1 };
    const before = await startTestService(t, { passwords: new CountingHasher({ cost: cheaper }) });
    await before.addUser(EMAIL, PASSWORD);
    await before.service.close();

    const passwords = new CountingHasher();
    const options = { authType, passwords, loginMaxFailures: 0, dataDirectory: before.directory };
    const server = await startTestService(t, options);
    await server.addUser('alice@example.com', PASSWORD);
    passwords.taken();
    for (const email of ['nobody@example.com', EMAIL, 'alice@example.com', 'nobody']) {
      await attempt(server, email, WRONG);
      const logNs = passwords.costs.splice(0).map(({ logN }) => logN);
      assert.deepEqual(logNs.sort(), [3, 4], email);
    }
  });

  test(`${authType} makes one hash also for what can be no password, or no email`, async (t) => {
    const passwords = new CountingHasher();
    const server = await startTestService(t, { authType, passwords, loginMaxFailures: 0 });
    await server.addUser(EMAIL, PASSWORD);
    passwords.taken();
    for (const email of [EMAIL, 'nobody', `${'a'.repeat(300)}@example.com`, 'a b', '\u0000', '__proto__']) {
      for (const password of [WRONG, 'x', 'é'.repeat(600)]) {
        const { status } = await attempt(server, email, password);
        assert.ok([401, 403, 404].includes(status), String(status));
        assert.equal(passwords.taken(), 1, JSON.stringify([email, password]));
      }
    }
  });
}
