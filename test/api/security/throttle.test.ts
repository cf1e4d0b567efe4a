import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { Reply } from '../../helpers/client.ts';
import { startTestService } from '../../helpers/service.ts';
import type { TestService, TestServiceOptions } from '../../helpers/service.ts';
import { EMAIL, isLive, login, PASSWORD, signedIn, testClock, WAYS, WRONG } from '../../helpers/accounts.ts';
import type { Way } from '../../helpers/accounts.ts';
import { CountingHasher } from '../../helpers/hashers.ts';

const OTHER = 'alice@example.com';
const MAX_FAILURES = 10;
const WINDOW_SECONDS = 900;
const DAY = 86_400;

async function start(t: TestContext, options: TestServiceOptions) {
  const clock = testClock();
  const passwords = new CountingHasher();
  const server = await startTestService(t, { clock, passwords, trustedProxies: 1, ...options });
  await server.addUser(EMAIL, PASSWORD);
  await server.addUser(OTHER, PASSWORD);
  passwords.taken();
  return { server, clock, passwords };
}

function from(address: string) {
  return { headers: { 'x-forwarded-for': address } };
}

async function failTenTimes({ attempt, statusOfWrong }: Way, server: TestService, address: string): Promise<void> {
  for (let failures = 0; failures < MAX_FAILURES; failures += 1) {
    assert.equal((await attempt(server, EMAIL, WRONG, from(address))).status, statusOfWrong);
  }
}

function assertThrottled(reply: Reply, seconds: number): void {
  assert.equal(reply.status, 429);
  assert.deepEqual(reply.json(), { error: 'Too many requests' });
  assert.equal(reply.headers['retry-after'], String(seconds));
  assert.equal(reply.headers['set-cookie'], undefined);
}

for (const way of WAYS) {
  const { authType, attempt, statusOfWrong } = way;

  test(`${authType} answers 429 to the eleventh password after ten wrong ones, the right one too`, async (t) => {
    const { server, clock, passwords } = await start(t, { authType });
    await failTenTimes(way, server, '192.0.2.1');
    assert.equal(passwords.taken(), MAX_FAILURES);
    clock.advance(100.5);
    for (const password of [WRONG, PASSWORD]) {
      assertThrottled(await attempt(server, EMAIL, password, from('192.0.2.1')), WINDOW_SECONDS - 100);
    }
    assert.equal(passwords.taken(), 0, 'a refused password is not looked at');

    // However the email is written.
    assertThrottled(await attempt(server, EMAIL.toUpperCase(), PASSWORD, from('192.0.2.1')), WINDOW_SECONDS - 100);
    // Neither others from there nor the same from elsewhere are locked out.
    assert.equal((await attempt(server, OTHER, PASSWORD, from('192.0.2.1'))).status, 200);
    assert.equal((await attempt(server, EMAIL, PASSWORD, from('192.0.2.2'))).status, 200);
  });

  test(`${authType} takes the right password again when the window has passed, and not before`, async (t) => {
    const { server, clock } = await start(t, { authType });
    await failTenTimes(way, server, '192.0.2.1');
    clock.advance(WINDOW_SECONDS - 1);
    assertThrottled(await attempt(server, EMAIL, PASSWORD, from('192.0.2.1')), 1);
    clock.advance(1);
    assert.equal((await attempt(server, EMAIL, PASSWORD, from('192.0.2.1'))).status, 200);
  });

  test(`${authType} counts an email that nobody has as it counts a user's`, async (t) => {
    const { server } = await start(t, { authType });
    const statuses = new Set<number>();
    for (let failures = 0; failures < MAX_FAILURES; failures += 1) {
      statuses.add((await attempt(server, 'nobody@example.com', WRONG)).status);
    }
    assert.equal(statuses.has(429), false);
    assertThrottled(await attempt(server, 'nobody@example.com', WRONG), WINDOW_SECONDS);
  });

  test(`${authType} forgets the failures of an account when its password was right`, async (t) => {
    const { server } = await start(t, { authType });
    for (let round = 0; round < 3; round += 1) {
      for (let failures = 1; failures < MAX_FAILURES; failures += 1) {
        assert.equal((await attempt(server, EMAIL, WRONG)).status, statusOfWrong);
      }
      // Basic remembers a password that was right, and does not ask the throttle again.
      if (authType === 'basic_auth' && round > 0) break;
      assert.equal((await attempt(server, EMAIL, PASSWORD)).status, 200);
    }
  });

  test(`${authType} lets ten of 64 guesses that arrive at once be tried`, async (t) => {
    const { server, passwords } = await start(t, { authType });
    const guesses = Array.from({ length: 64 }, (_, index) => attempt(server, EMAIL, `${WRONG} ${index}`));
    const statuses = (await Promise.all(guesses)).map(({ status }) => status);
    assert.equal(statuses.filter((status) => status === statusOfWrong).length, MAX_FAILURES);
    assert.equal(statuses.filter((status) => status === 429).length, 64 - MAX_FAILURES);
    assert.equal(passwords.taken(), MAX_FAILURES);
  });

  test(`${authType} answers 429 to an address with a hundred failures, whatever the account`, async (t) => {
    const { server } = await start(t, { authType });
    for (let failures = 0; failures < 10 * MAX_FAILURES; failures += 1) {
      const { status } = await attempt(server, `user${failures}@example.com`, WRONG, from('2001:db8::1'));
      assert.notEqual(status, 429);
    }
    // Another address of the same /64 is the same client; another /64 is not.
    assertThrottled(await attempt(server, EMAIL, PASSWORD, from('2001:db8::2')), WINDOW_SECONDS);
    assert.equal((await attempt(server, EMAIL, PASSWORD, from('2001:db8:0:1::1'))).status, 200);
  });

  test(`${authType} lets only known networks try an account with 100 failures, over a restart too`, async (t) => {
    const { server, clock, passwords } = await start(t, { authType });
    const guess = async (at: TestService, email: string): Promise<void> => {
      for (let network = 0; network < 10; network += 1) {
        // Of like requests by Basic at once one is verified.
        const passwords = Array.from({ length: MAX_FAILURES }, (_, index) => `${WRONG} ${index}`);
        const guesses = passwords.map((password) => attempt(at, email, password, from(`198.51.100.${network}`)));
        for (const { status } of await Promise.all(guesses)) assert.notEqual(status, 429);
      }
    };
    assert.equal((await attempt(server, EMAIL, PASSWORD, from('192.0.2.1'))).status, 200);
    clock.advance(29 * DAY);
    await guess(server, EMAIL);
    await guess(server, 'nobody@example.com');
    passwords.taken();
    for (const email of [EMAIL, 'nobody@example.com']) {
      assertThrottled(await attempt(server, email, PASSWORD, from('203.0.113.1')), WINDOW_SECONDS);
    }
    assert.equal(passwords.taken(), 0);
    // At the usual place the owner mistypes, and signs in.
    assert.equal((await attempt(server, EMAIL, WRONG, from('192.0.2.1'))).status, statusOfWrong);
    assert.equal((await attempt(server, EMAIL, PASSWORD, from('192.0.2.1'))).status, 200);
    await server.service.close();

    const again = await startTestService(t, {
      authType, clock, passwords, trustedProxies: 1, dataDirectory: server.directory,
    });
    clock.advance(29 * DAY);
    await guess(again, EMAIL);
    assertThrottled(await attempt(again, EMAIL, PASSWORD, from('203.0.113.1')), WINDOW_SECONDS);
    assert.equal((await attempt(again, EMAIL, PASSWORD, from('192.0.2.1'))).status, 200);
    // A network that was not used for 30 days is one of many.
    clock.advance(30 * DAY);
    await guess(again, EMAIL);
    assertThrottled(await attempt(again, EMAIL, PASSWORD, from('192.0.2.1')), WINDOW_SECONDS);
  });

  test(`${authType} never answers 429 when LOGIN_MAX_FAILURES is 0`, async (t) => {
    const { server } = await start(t, { authType, loginMaxFailures: 0 });
    for (let failures = 0; failures < 15 * MAX_FAILURES; failures += 1) {
      assert.equal((await attempt(server, EMAIL, WRONG)).status, statusOfWrong);
    }
    assert.equal((await attempt(server, EMAIL, PASSWORD)).status, 200);
  });

  test(`${authType} counts per socket when no proxy is ours, whatever X-Forwarded-For says`, async (t) => {
    const { server } = await start(t, { authType, trustedProxies: 0 });
    for (let failures = 0; failures < MAX_FAILURES; failures += 1) {
      const reply = await attempt(server, EMAIL, WRONG, from(`198.51.100.${failures}`));
      assert.equal(reply.status, statusOfWrong);
    }
    assertThrottled(await attempt(server, EMAIL, PASSWORD, from('198.51.100.200')), WINDOW_SECONDS);
  });

  test(`${authType} keeps a counter through a flood of made-up emails and addresses`, async (t) => {
    const { server } = await start(t, { authType });
    await failTenTimes(way, server, '192.0.2.1');
    for (let client = 0; client < 40; client += 1) {
      const flood = Array.from({ length: 50 }, (_, index) =>
        attempt(server, `made-up-${client}-${index}@example.com`, WRONG, from(`203.0.113.${client}`)),
      );
      await Promise.all(flood);
    }
    assertThrottled(await attempt(server, EMAIL, PASSWORD, from('192.0.2.1')), WINDOW_SECONDS);
    assert.equal((await attempt(server, OTHER, PASSWORD, from('192.0.2.1'))).status, 200);
  });
}

test('a live session goes on while its user is throttled, and may end', async (t) => {
  const { server } = await start(t, { authType: 'session_db_auth', trustedProxies: 0 });
  const cookie = await signedIn(server);
  for (let failures = 0; failures < MAX_FAILURES; failures += 1) await login(server, EMAIL, WRONG);
  assertThrottled(await login(server, EMAIL, PASSWORD), WINDOW_SECONDS);
  assert.equal(await isLive(server, cookie), true);
  assert.equal((await server.api('DELETE', '/auth_session/logout', { cookie })).status, 200);
});

test('a Basic password that was just verified goes on while its user is throttled', async (t) => {
  const { server } = await start(t, { authType: 'basic_auth', trustedProxies: 0 });
  const request = (password: string) => server.api('GET', '/users/me', { basic: [EMAIL, password] });
  assert.equal((await request(PASSWORD)).status, 200);
  for (let failures = 0; failures < MAX_FAILURES; failures += 1) await request(WRONG);
  assertThrottled(await request(WRONG), WINDOW_SECONDS);
  assert.equal((await request(PASSWORD)).status, 200);
});

test('a refused sign-in is on the security log, once, and says why', async (t) => {
  const { server } = await start(t, { authType: 'session_auth', trustedProxies: 0, loginMaxFailures: 1 });
  await login(server, EMAIL, WRONG);
  server.logs.security.length = 0;
  await login(server, EMAIL, PASSWORD);
  const [line = '', ...rest] = server.logs.security;
  assert.deepEqual(rest, []);
  const { event, address, reason, user_id } = JSON.parse(line);
  assert.deepEqual([event, address, reason], ['sign_in_failed', '127.0.0.1', 'throttled']);
  assert.match(user_id, /^[0-9a-f-]{36}$/);
});

test('a thousand refused sign-ins are a line on the security log, and how many more there were', async (t) => {
  const { server } = await start(t, { authType: 'session_auth', trustedProxies: 0, loginMaxFailures: 1 });
  await login(server, EMAIL, WRONG);
  server.logs.security.length = 0;
  for (let round = 0; round < 20; round += 1) {
    await Promise.all(Array.from({ length: 50 }, () => login(server, EMAIL, PASSWORD)));
  }
  await server.service.close();
  const [first, ...rest] = server.logs.security.map((line) => JSON.parse(line));
  assert.equal(first.reason, 'throttled');
  assert.ok(rest.every(({ event, of }) => event === 'lines_left_out' && of === 'sign_in_throttled'));
  assert.equal(rest.reduce((sum, { count }) => sum + count, 0), 999);
});
