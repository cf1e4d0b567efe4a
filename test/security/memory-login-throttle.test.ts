import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TooManyAttemptsError } from '../../src/errors.ts';
import { MemoryLoginThrottle } from '../../src/security/memory-login-throttle.ts';

const BOB = 'bob@example.com';
const HERE = '192.0.2.1';

/** A throttle of ten failures in 900 seconds, whose clock stands still. */
function standing(options: { maxFailures?: number; maxEntries?: number } = {}) {
  const clock = { now: 1_700_000_000_000 };
  const throttle = new MemoryLoginThrottle({ maxFailures: 10, windowSeconds: 900, clock: () => clock.now, ...options });
  return { clock, throttle };
}

function fail(throttle: MemoryLoginThrottle, times: number, account = BOB, address = HERE): void {
  for (let time = 0; time < times; time += 1) throttle.begin(account, address).failed();
}

/** Seconds to wait; 0 where an attempt may begin. Leaves no trace. */
function wait(throttle: MemoryLoginThrottle, account = BOB, address = HERE, known: readonly string[] = []): number {
  try {
    throttle.begin(account, address, known).abandoned();
    return 0;
  } catch (error) {
    assert.ok(error instanceof TooManyAttemptsError);
    return error.retryAfterSeconds;
  }
}

test('begin() throws with the seconds left when the account has had its failures from the address', () => {
  const { throttle, clock } = standing();
  fail(throttle, 9);
  assert.equal(wait(throttle), 0);
  fail(throttle, 1);
  assert.equal(wait(throttle), 900);
  clock.now += 1;
  assert.equal(wait(throttle), 900);
  clock.now += 899_998;
  assert.equal(wait(throttle), 1);
  clock.now += 1;
  assert.equal(wait(throttle), 0);
});

test('begin() lets another account from there and the same account from elsewhere sign in', () => {
  const { throttle } = standing();
  fail(throttle, 10);
  assert.equal(wait(throttle, 'alice@example.com'), 0);
  assert.equal(wait(throttle, BOB, '192.0.2.2'), 0);
  assert.equal(wait(throttle, BOB, '2001:db8::1'), 0);
});

test('begin() counts from the first failure, and refused attempts prolong nothing', () => {
  const { throttle, clock } = standing();
  throttle.begin(BOB, HERE).abandoned();
  clock.now += 500_000;
  const slow = throttle.begin(BOB, HERE);
  clock.now += 1000;
  slow.failed();
  const start = clock.now;
  clock.now += 800_000;
  fail(throttle, 9);
  for (let time = 0; time < 100; time += 1) assert.equal(wait(throttle), 100);
  clock.now = start + 900_000;
  assert.equal(wait(throttle), 0);
  fail(throttle, 9);
  assert.equal(wait(throttle), 0);
});

test('begin() counts attempts under way as failures', () => {
  const { throttle } = standing();
  const underWay = Array.from({ length: 10 }, () => throttle.begin(BOB, HERE));
  for (let time = 0; time < 54; time += 1) assert.equal(wait(throttle), 1);
  for (const attempt of underWay.slice(0, 9)) attempt.failed();
  assert.equal(wait(throttle), 1);
  underWay[9]?.abandoned();
  assert.equal(wait(throttle), 0);
  fail(throttle, 1);
  assert.equal(wait(throttle), 900);
});

test('begin() lets at most ten of 64 parallel guesses through, in whatever order they end', () => {
  const { throttle } = standing();
  const guesses = Array.from({ length: 64 }, () => {
    try {
      return throttle.begin(BOB, HERE);
    } catch {
      return null;
    }
  }).filter((attempt) => attempt !== null);
  assert.equal(guesses.length, 10);
  for (const guess of guesses.reverse()) guess.failed();
  assert.equal(wait(throttle), 900);
});

test('begin() throws when the address has had ten times as many failures, whatever the account', () => {
  const { throttle, clock } = standing();
  for (let number = 0; number < 99; number += 1) fail(throttle, 1, `made-up-${number}`);
  assert.equal(wait(throttle), 0);
  fail(throttle, 1, 'made-up-99');
  assert.equal(wait(throttle), 900);
  assert.equal(wait(throttle, 'made-up-100'), 900);
  assert.equal(wait(throttle, BOB, '192.0.2.2'), 0);
  clock.now += 900_000;
  assert.equal(wait(throttle), 0);
});

test('begin() takes a /64 for one address, and a mapped IPv4 address for itself', () => {
  const { throttle } = standing();
  for (let number = 0; number < 10; number += 1) fail(throttle, 1, BOB, `2001:db8:0:1::${number}`);
  assert.equal(wait(throttle, BOB, '2001:db8:0:1:ffff::1'), 900);
  assert.equal(wait(throttle, BOB, '2001:db8:0:2::1'), 0);
  fail(throttle, 10, BOB, '::ffff:192.0.2.9');
  assert.equal(wait(throttle, BOB, '192.0.2.9'), 900);
  assert.equal(wait(throttle, BOB, '::ffff:192.0.2.10'), 0);
});

test('begin() throws when a /48 has had a hundred times as many failures, whatever its networks', () => {
  const { throttle, clock } = standing({ maxFailures: 1 });
  for (let subnet = 0; subnet < 99; subnet += 1) fail(throttle, 1, `user-${subnet}`, `2001:db8:1:${subnet}::1`);
  assert.equal(wait(throttle, BOB, '2001:db8:1:ffff::1'), 0);
  fail(throttle, 1, 'user-99', '2001:db8:1:99::1');
  assert.equal(wait(throttle, BOB, '2001:db8:1:ffff::1'), 900);
  assert.equal(wait(throttle, BOB, '2001:db8:2:ffff::1'), 0);
  clock.now += 900_000;
  assert.equal(wait(throttle, BOB, '2001:db8:1:ffff::1'), 0);
});

test('begin() takes 6to4 and NAT64 addresses for the IPv4 address in them', () => {
  const { throttle } = standing({ maxFailures: 1 });
  fail(throttle, 1, BOB, '2002:c000:201:1::1');
  for (const address of ['192.0.2.1', '2002:c000:201:2::1', '64:ff9b::192.0.2.1']) {
    assert.equal(wait(throttle, BOB, address), 900, address);
  }
  assert.equal(wait(throttle, BOB, '2002:c000:202:1::1'), 0);
});

test('begin() lets only known networks try when an account has had 100 failures, and the owner notices nothing', () => {
  const { throttle, clock } = standing();
  const guess = (number: number) => fail(throttle, 1, BOB, `198.51.100.${number}`);
  for (let number = 0; number < 99; number += 1) guess(number);
  assert.equal(wait(throttle, BOB, '203.0.113.1'), 0);
  guess(99);
  for (const address of ['203.0.113.1', '198.51.100.0', '2001:db8::1']) {
    assert.equal(wait(throttle, BOB, address, ['192.0.2.1', '2001:db8:0:1::/64']), 900, address);
  }
  // From there the owner mistypes, signs in, and signs in again.
  for (const [address, network] of [[HERE, HERE], ['2001:db8:0:1::5', '2001:db8:0:1::/64']] as const) {
    for (let round = 0; round < 3; round += 1) {
      for (let failures = 0; failures < 9; failures += 1) throttle.begin(BOB, address, [network]).failed();
      throttle.begin(BOB, address, [network]).succeeded();
    }
  }
  // The owner's success opens nothing to the others, and another account is not concerned.
  assert.equal(wait(throttle, BOB, '203.0.113.1'), 900);
  assert.equal(wait(throttle, 'alice@example.com', '203.0.113.1'), 0);
  // A known network has no more than its own limit.
  for (let failures = 0; failures < 10; failures += 1) throttle.begin(BOB, HERE, [HERE]).failed();
  assert.equal(wait(throttle, BOB, HERE, [HERE]), 900);
  clock.now += 900_000;
  assert.equal(wait(throttle, BOB, '203.0.113.1'), 0);
});

test('begin() lets no more than 100 guesses at one account through, of 200 networks at once', () => {
  const { throttle } = standing();
  let begun = 0;
  for (let number = 0; number < 200; number += 1) {
    if (wait(throttle, BOB, `198.51.100.${number}`) > 0) continue;
    throttle.begin(BOB, `198.51.100.${number}`);
    begun += 1;
  }
  assert.equal(begun, 100);
  assert.equal(wait(throttle, BOB, '203.0.113.1'), 1);
});

test('begin() counts at most 100 for an account though one network may fail more often', () => {
  const { throttle } = standing({ maxFailures: 1000 });
  fail(throttle, 100);
  assert.equal(wait(throttle), 900);
  assert.equal(wait(throttle, BOB, HERE, [HERE]), 0);
});

test('forget() lifts what counts against an account, and nothing of its networks', () => {
  const { throttle } = standing({ maxFailures: 2 });
  for (let number = 0; number < 50; number += 1) fail(throttle, 2, BOB, `198.51.100.${number}`);
  fail(throttle, 2, 'alice@example.com', '198.51.100.0');
  assert.equal(wait(throttle, BOB, '203.0.113.1'), 900);
  throttle.forget(BOB);
  assert.equal(wait(throttle, BOB, '203.0.113.1'), 0);
  assert.equal(wait(throttle, BOB, '198.51.100.0'), 0);
  assert.equal(wait(throttle, 'alice@example.com', '198.51.100.0'), 900);
  fail(throttle, 2, BOB, '198.51.100.0');
  assert.equal(wait(throttle, BOB, '198.51.100.0'), 900);
  throttle.forget(BOB);
  assert.equal(wait(throttle, BOB, '198.51.100.0'), 0);
  for (const name of 'abcdefg') fail(throttle, 2, name, '198.51.100.0');
  throttle.forget(BOB);
  assert.equal(wait(throttle, BOB, '198.51.100.0'), 900, 'the network has had its twenty');
});

test('forget() leaves an attempt that is under way without effect', () => {
  const { throttle } = standing({ maxFailures: 1 });
  const late = throttle.begin(BOB, HERE);
  throttle.forget(BOB);
  late.failed();
  assert.equal(wait(throttle), 0);
});

test('begin() keeps account and address apart', () => {
  const { throttle } = standing({ maxFailures: 1 });
  fail(throttle, 1, '1', '192.0.2.1');
  assert.equal(wait(throttle, '', '192.0.2.11'), 0);
});

test('begin() lets all that is no address share one counter', () => {
  const { throttle } = standing({ maxFailures: 1 });
  fail(throttle, 1, BOB, '-');
  assert.equal(wait(throttle, BOB, 'not an address'), 900);
});

test('succeeded() forgets the failures of its account from its address, and no others', () => {
  const { throttle } = standing();
  fail(throttle, 9);
  fail(throttle, 10, 'alice@example.com');
  fail(throttle, 9, BOB, '192.0.2.2');
  throttle.begin(BOB, HERE).succeeded();
  fail(throttle, 9);
  assert.equal(wait(throttle), 0);
  assert.equal(wait(throttle, 'alice@example.com'), 900);
  fail(throttle, 1, BOB, '192.0.2.2');
  assert.equal(wait(throttle, BOB, '192.0.2.2'), 900);
});

test('succeeded() does not save an address from its limit', () => {
  const { throttle } = standing();
  let guesses = 0;
  while (wait(throttle, 'mallory@example.com') === 0) {
    fail(throttle, 1, `victim-${guesses}`);
    guesses += 1;
    if (wait(throttle, 'mallory@example.com') === 0) throttle.begin('mallory@example.com', HERE).succeeded();
  }
  assert.equal(guesses, 100);
});

test('succeeded() leaves the attempts under way beside it counted', () => {
  const { throttle } = standing();
  const underWay = Array.from({ length: 10 }, () => throttle.begin(BOB, HERE));
  underWay[0]?.succeeded();
  throttle.begin(BOB, HERE);
  assert.equal(wait(throttle), 1);
});

test('LoginAttempt counts the first of its calls only', () => {
  const { throttle } = standing({ maxFailures: 2 });
  const attempt = throttle.begin(BOB, HERE);
  attempt.failed();
  attempt.abandoned();
  attempt.failed();
  attempt.succeeded();
  assert.equal(wait(throttle), 0);
  fail(throttle, 1);
  assert.equal(wait(throttle), 900);
  const other = throttle.begin('alice@example.com', HERE);
  other.abandoned();
  other.abandoned();
  other.failed();
  fail(throttle, 1, 'alice@example.com');
  assert.equal(wait(throttle, 'alice@example.com'), 0);
});

test('LoginAttempt counts as failed until its window is over when it never says anything', () => {
  const { throttle, clock } = standing({ maxFailures: 1 });
  throttle.begin(BOB, HERE);
  assert.equal(wait(throttle), 1);
  clock.now += 900_000;
  assert.equal(wait(throttle), 0);
});

test('LoginAttempt changes no later window when it ends in one', () => {
  const { throttle, clock } = standing({ maxFailures: 2 });
  const late = [throttle.begin(BOB, HERE), throttle.begin(BOB, HERE)];
  clock.now += 900_000;
  fail(throttle, 2);
  late[0]?.succeeded();
  late[1]?.abandoned();
  assert.equal(wait(throttle), 900);
});

test('MemoryLoginThrottle holds nothing when nobody failed', () => {
  const { throttle } = standing();
  for (let number = 0; number < 1000; number += 1) {
    throttle.begin(`user-${number}`, `192.0.2.${number % 256}`).succeeded();
    throttle.begin(`user-${number}`, `192.0.2.${number % 256}`).abandoned();
  }
  assert.equal(throttle.size, 0);
});

test('MemoryLoginThrottle locks nobody out for ever when the clock is set back', () => {
  const { throttle, clock } = standing();
  fail(throttle, 10);
  assert.equal(wait(throttle), 900);
  clock.now -= 86_400_000;
  assert.equal(wait(throttle), 0);
  fail(throttle, 10);
  assert.equal(wait(throttle), 900);
  clock.now += 900_000;
  assert.equal(wait(throttle), 0);
});

test('MemoryLoginThrottle brings back no old failures when the clock is set back and forth', () => {
  const { throttle, clock } = standing({ maxFailures: 1, maxEntries: 4 });
  fail(throttle, 1);
  fail(throttle, 1, 'alice@example.com');
  clock.now -= 1000;
  throttle.begin(BOB, HERE).succeeded();
  clock.now += 1000;
  assert.equal(wait(throttle), 0);
});

test('MemoryLoginThrottle is off when maxFailures is 0', () => {
  const { throttle } = standing({ maxFailures: 0 });
  fail(throttle, 1000);
  assert.equal(wait(throttle), 0);
  assert.equal(throttle.size, 0);
});

test('MemoryLoginThrottle keeps to its bound under 100,000 made-up emails and addresses', () => {
  const { throttle, clock } = standing();
  let most = 0;
  for (let number = 0; number < 100_000; number += 1) {
    clock.now += 1;
    fail(throttle, 1, `made-up-${number}@example.com`, madeUpAddress(number));
    most = Math.max(most, throttle.size);
  }
  assert.ok(most <= 80_000, String(most));
  // The newest quarter at least is still counted.
  fail(throttle, 9, 'made-up-90001@example.com', madeUpAddress(90_001));
  assert.ok(wait(throttle, 'made-up-90001@example.com', madeUpAddress(90_001)) > 0);
});

test('MemoryLoginThrottle pushes nobody out when one address makes up 100,000 emails', () => {
  const { throttle } = standing({ maxEntries: 400 });
  fail(throttle, 10, BOB, '192.0.2.2');
  let refused = 0;
  for (let number = 0; number < 100_000; number += 1) {
    if (wait(throttle, `made-up-${number}`) > 0) refused += 1;
    else fail(throttle, 1, `made-up-${number}`);
  }
  assert.equal(refused, 99_900);
  assert.equal(wait(throttle, BOB, '192.0.2.2'), 900);
  // Pairs, networks and accounts; of bob and of the flood.
  assert.equal(throttle.size, 101 + 2 + 101);
});

test('MemoryLoginThrottle keeps a counter that is half full through a flood of new ones', () => {
  const { throttle } = standing({ maxEntries: 200 });
  for (let number = 0; number < 100; number += 1) fail(throttle, 1, BOB, `198.51.100.${number}`);
  for (let number = 0; number < 2_000; number += 1) fail(throttle, 1, `made-up-${number}`, madeUpAddress(number));
  assert.equal(wait(throttle, BOB, '203.0.113.1'), 900);
  assert.ok(throttle.size <= 800, String(throttle.size));
});

test('MemoryLoginThrottle keeps to its bound when every counter is full', () => {
  const { throttle } = standing({ maxFailures: 1, maxEntries: 200 });
  for (let number = 0; number < 2_000; number += 1) fail(throttle, 1, `made-up-${number}`, madeUpAddress(2 * number));
  assert.ok(throttle.size <= 800, String(throttle.size));
  // The newest quarter is there.
  for (let number = 1_950; number < 2_000; number += 1) {
    assert.equal(wait(throttle, `made-up-${number}`, madeUpAddress(2 * number)), 900, String(number));
  }
});

test('MemoryLoginThrottle holds nothing of the size of an account that was sent', () => {
  const { throttle } = standing();
  const huge = 'x'.repeat(65_536);
  fail(throttle, 10, huge);
  assert.equal(wait(throttle, huge), 900);
  assert.equal(wait(throttle, `${huge}y`), 0);
});

test('new MemoryLoginThrottle() throws a RangeError when an option is out of range', () => {
  const options = [
    { maxFailures: -1, windowSeconds: 900 }, { maxFailures: 1.5, windowSeconds: 900 },
    { maxFailures: 10, windowSeconds: 0 }, { maxFailures: 10, windowSeconds: Number.NaN },
    { maxFailures: 10, windowSeconds: 900, maxEntries: 1 }, { maxFailures: 10, windowSeconds: 900, maxEntries: 2.5 },
  ];
  for (const bad of options) assert.throws(() => new MemoryLoginThrottle(bad), RangeError, JSON.stringify(bad));
});

/** IPv4 and IPv6 in turn, each in a network of its own. */
function madeUpAddress(number: number): string {
  const high = number >> 8;
  if (number % 2 === 0) return `10.${high >> 8}.${high & 0xff}.${number & 0xff}`;
  return `2001:db8:${high.toString(16)}:${(number & 0xff).toString(16)}::1`;
}
