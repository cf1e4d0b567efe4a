import assert from 'node:assert/strict';
import { createHash, randomInt, scryptSync } from 'node:crypto';
import { test } from 'node:test';
import { formatScryptHash, isBoundedCost, scryptMemoryBytes } from '../../src/security/password-hash.ts';
import { OWASP_SCRYPT_COST, PasswordHasher, sha256Hash } from '../../src/security/password.ts';
import type { ScryptCost } from '../../src/security/password.ts';

const CHEAP: ScryptCost = { logN: 5, r: 8, p: 3 };
const PASSWORD = 'correct horse é';
// Made by another implementation, of the same password: Python's hashlib.scrypt and hmac.
const SALT = 'c2l4dGVlbi1ieXRlLXNsdA';
const FOREIGN = [
  `$scrypt-hmac-sha256$ln=10,r=8,p=2$${SALT}$c48FFkKG1J/VYY3+apbnwGamVebmX2lUNHGHESLOg00`,
  `$scrypt-sha256$ln=10,r=8,p=2$${SALT}$545B0PRSpV/+imoP24a88QeJPt2+oHju0TKJL1gkISY`,
  `$scrypt$ln=10,r=8,p=2$${SALT}$L6EnVkmXUzetftUnXCIIptbleB/8jGh7ZTFck4ylAw0`,
];

/** Counts the work that is done. */
class CountingHasher extends PasswordHasher {
  readonly costs: ScryptCost[] = [];
  readonly inputs: Buffer[] = [];

  protected override derive(input: Buffer, salt: Buffer, cost: ScryptCost): Promise<Buffer> {
    this.costs.push(cost);
    this.inputs.push(input);
    return super.derive(input, salt, cost);
  }
}

const COST_OPTIONS = { N: 2 ** CHEAP.logN, r: CHEAP.r, p: CHEAP.p };

function hexOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function sha256(text: string): string {
  const stored = sha256Hash(hexOf(text));
  assert.ok(stored !== null);
  return stored;
}

async function hashed(password: string, cost: ScryptCost): Promise<string> {
  return new PasswordHasher({ cost }).hash(password);
}

test('hash() gives a PHC string with the cost OWASP asks for when no cost is given', async () => {
  assert.deepEqual(OWASP_SCRYPT_COST, { logN: 15, r: 8, p: 3 });
  const hasher = new CountingHasher();
  const stored = await hasher.hash(PASSWORD);
  assert.match(stored, /^\$scrypt-hmac-sha256\$ln=15,r=8,p=3\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  assert.deepEqual(hasher.costs, [OWASP_SCRYPT_COST]);
  assert.equal(await hasher.verify(PASSWORD, stored), true);
});

test('hash() takes a new salt each time', async () => {
  const hasher = new PasswordHasher({ cost: CHEAP });
  assert.notEqual(await hasher.hash(PASSWORD), await hasher.hash(PASSWORD));
});

test('hash() throws a TypeError that does not hold the password when the password cannot be one', async () => {
  const hasher = new PasswordHasher({ cost: CHEAP });
  for (const password of ['secret\ud800', 'secret\0', `secret${'x'.repeat(1019)}`, `secret${'é'.repeat(510)}`]) {
    await assert.rejects(hasher.hash(password), (error) => {
      return error instanceof TypeError && !error.message.includes('secret');
    });
  }
});

test('verify() knows hashes of every kind that another implementation made', async () => {
  const hasher = new PasswordHasher({ cost: CHEAP });
  for (const stored of FOREIGN) {
    assert.equal(await hasher.verify(PASSWORD, stored), true, stored);
    assert.equal(await hasher.verify(`${PASSWORD} `, stored), false, stored);
  }
});

test('verify() takes no password with NUL, whatever the hash', async () => {
  const hasher = new CountingHasher({ cost: CHEAP });
  // What scrypt's own padding, and the tutorial's SHA-256, would take for the password.
  const old = formatScryptHash('scrypt', CHEAP, Buffer.alloc(16), scryptSync('pw', Buffer.alloc(16), 32, COST_OPTIONS));
  assert.equal(await hasher.verify('pw', old), true);
  for (const stored of [old, await hasher.hash('pw'), sha256('pw\0'), await hasher.wrapSha256(hexOf('pw\0'))]) {
    hasher.costs.length = 0;
    assert.equal(await hasher.verify('pw\0', stored), false, stored);
    assert.deepEqual(hasher.costs, [CHEAP], stored);
  }
});

test('hash() gives scrypt an input of one length, another for another salt', async () => {
  const hasher = new CountingHasher({ cost: CHEAP });
  for (const password of ['', 'x', 'x'.repeat(64), 'x'.repeat(65), 'x'.repeat(1024)]) await hasher.hash(password);
  await hasher.hash('x');
  assert.deepEqual(hasher.inputs.map((input) => input.length), [32, 32, 32, 32, 32, 32]);
  assert.notDeepEqual(hasher.inputs[1], hasher.inputs[5]);
});

test('wrapSha256() makes a hash that the password opens, to be replaced', async () => {
  const hasher = new CountingHasher({ cost: CHEAP });
  const stored = await hasher.wrapSha256(hexOf('cafe\u0301').toUpperCase());
  assert.match(stored, /^\$scrypt-sha256\$ln=5,r=8,p=3\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  assert.notEqual(stored, await hasher.wrapSha256(hexOf('cafe\u0301')));
  assert.equal(await hasher.verify('cafe\u0301', stored), true);
  // The tutorial hashed the bytes as they came.
  assert.equal(await hasher.verify('caf\u00e9', stored), false);
  assert.equal(await hasher.verify(hexOf('cafe\u0301'), stored), false);
  assert.equal(hasher.needsRehash(stored), true);
  assert.deepEqual(hasher.costs, Array.from({ length: 5 }, () => CHEAP));
});

test('wrapSha256() throws a TypeError that does not hold what is no SHA-256', async () => {
  const hasher = new PasswordHasher({ cost: CHEAP });
  for (const bad of ['', 'secret', 'a'.repeat(63), `${'a'.repeat(64)}\n`, sha256('secret')]) {
    await assert.rejects(hasher.wrapSha256(bad), (error) => error instanceof TypeError && !error.message.includes(bad || '?'));
  }
});

test('verify() knows every password it hashed, and no other', async () => {
  const seed = randomInt(2 ** 31);
  console.log(`seed ${seed}`);
  const random = seededRandom(seed);
  const hasher = new PasswordHasher({ cost: CHEAP, maxQueued: 1000 });
  for (let round = 0; round < 50; round += 1) {
    const password = randomText(random);
    const stored = await hasher.hash(password);
    assert.equal(await hasher.verify(password, stored), true, JSON.stringify(password));
    assert.equal(await hasher.verify(`${password}x`, stored), false, JSON.stringify(password));
    assert.equal(hasher.needsRehash(stored), false);
  }
});

test('verify() takes composed and decomposed Unicode for the same password', async () => {
  const hasher = new PasswordHasher({ cost: CHEAP });
  assert.equal(await hasher.verify('cafe\u0301', await hasher.hash('caf\u00e9')), true);
  assert.equal(await hasher.verify('caf\u00e9', await hasher.hash('cafe\u0301')), true);
});

test('verify() does not cut or trim the password', async () => {
  const hasher = new PasswordHasher({ cost: CHEAP });
  const long = 'x'.repeat(1023);
  const stored = await hasher.hash(`${long}y`);
  assert.equal(await hasher.verify(`${long}y`, stored), true);
  assert.equal(await hasher.verify(`${long}z`, stored), false);
  assert.equal(await hasher.verify(' a b ', await hasher.hash('a b')), false);
});

test('verify() takes the bytes as they came for the SHA-256 of the tutorial', async () => {
  const hasher = new CountingHasher({ cost: CHEAP });
  assert.equal(await hasher.verify('cafe\u0301', sha256('cafe\u0301')), true);
  assert.equal(await hasher.verify('caf\u00e9', sha256('caf\u00e9')), true);
  assert.deepEqual(hasher.costs, []);
  assert.equal(await hasher.verify('caf\u00e9', sha256('cafe\u0301')), false);
});

test('verify() makes one hash of today for every "no" where all hashes are of today, whoever the user', async () => {
  const cases: [why: string, password: string, stored: string | null][] = [
    ['no such user', PASSWORD, null],
    ['wrong password', 'wrong', await hashed(PASSWORD, CHEAP)],
    ['imported user', 'wrong', sha256(PASSWORD)],
    ['imported and wrapped', 'wrong', await new PasswordHasher({ cost: CHEAP }).wrapSha256(hexOf(PASSWORD))],
    ['too long', 'x'.repeat(1025), await hashed(PASSWORD, CHEAP)],
    ['too long, imported', 'x'.repeat(1025), sha256('x'.repeat(1025))],
    ['too long once normalised', '\ufb2c'.repeat(341), await hashed(PASSWORD, CHEAP)],
    ['malformed', `${PASSWORD}\udc00`, await hashed(PASSWORD, CHEAP)],
    ['malformed, imported', '\ud800', sha256('\ud800')],
    ['damaged hash', PASSWORD, 'scrypt'],
  ];
  for (const [why, password, stored] of cases) {
    const hasher = new CountingHasher({ cost: CHEAP });
    assert.equal(await hasher.verify(password, stored), false, why);
    assert.deepEqual(hasher.costs, [CHEAP], why);
  }
});

test('verify() makes a hash of each stored cost for every "no", whichever the user has', async () => {
  const costs = [CHEAP, { logN: 4, r: 8, p: 3 }, { logN: 5, r: 8, p: 1 }];
  const hashes = await Promise.all(costs.map((cost) => hashed(PASSWORD, cost)));
  const hasher = new CountingHasher({ cost: CHEAP });
  for (const stored of [...hashes, ...hashes, sha256(PASSWORD), 'no hash']) hasher.learnCost(stored);
  for (const stored of [null, ...hashes, sha256(PASSWORD)]) {
    hasher.costs.length = 0;
    assert.equal(await hasher.verify('wrong', stored), false);
    const names = hasher.costs.map((cost) => JSON.stringify(cost));
    assert.deepEqual(names.sort(), costs.map((cost) => JSON.stringify(cost)).sort(), String(stored));
  }
  // A "yes" makes its own, whatever others have.
  hasher.costs.length = 0;
  assert.equal(await hasher.verify(PASSWORD, hashes[1] ?? ''), true);
  assert.deepEqual(hasher.costs, [costs[1]]);
});

test('verify() learns the cost of the hash it is given, and of four at most', async () => {
  const hasher = new CountingHasher({ cost: CHEAP });
  for (const p of [1, 2, 4, 5, 6]) await hasher.verify('wrong', await hashed(PASSWORD, { ...CHEAP, p }));
  hasher.costs.length = 0;
  await hasher.verify('wrong', null);
  assert.deepEqual(hasher.costs.map(({ p }) => p), [3, 1, 2, 4]);
});

test('verify() does the work once when the password is right', async () => {
  const hasher = new CountingHasher({ cost: CHEAP });
  assert.equal(await hasher.verify(PASSWORD, await hashed(PASSWORD, CHEAP)), true);
  assert.deepEqual(hasher.costs, [CHEAP]);
});

test('verify() is false when the stored string is no hash, and never pays what it asks for', async () => {
  const salt = 'c2l4dGVlbi1ieXRlLXNsdA';
  const hash = 'L6EnVkmXUzetftUnXCIIptbleB/8jGh7ZTFck4ylAw0';
  const strings = [
    `$scrypt-hmac-sha512$ln=10,r=8,p=2$${salt}$${hash}`, `$scrypt-sha256$${'a'.repeat(64)}`,
    // Little memory by N, and half a gigabyte by p.
    `$scrypt$ln=1,r=9999,p=209$${salt}$${hash}`,
    '', '$', 'x', '$scrypt$', '$$$$', PASSWORD, '$argon2id$v=19$m=65536,t=2,p=1$c2FsdA$aGFzaA',
    '$sha256$', '$sha256$abc',
    `$sha256$${'A'.repeat(64)}`, `$sha256$${'a'.repeat(65)}`, `$sha256$${'a'.repeat(64)}$`, `sha256$${'a'.repeat(64)}`,
    `$scrypt$ln=10,r=8,p=2$${salt}`, `$scrypt$ln=10,r=8,p=2$${salt}$`, `$scrypt$ln=10,r=8,p=2$$${hash}`,
    `$scrypt$ln=10,r=8,p=2$${salt}$${hash}=`, `$scrypt$ln=10,r=8,p=2$${salt}$${hash}\n`,
    `$scrypt$ln=10,r=8,p=2$${salt}$${hash}$x`, ` $scrypt$ln=10,r=8,p=2$${salt}$${hash}`,
    `$scrypt$ln=10,r=8,p=2$${salt.slice(1)}$${hash}`, `$scrypt$ln=10,r=8,p=2$${salt}$${hash.slice(1)}`,
    `$scrypt$r=8,ln=10,p=2$${salt}$${hash}`, `$scrypt$ln=010,r=8,p=2$${salt}$${hash}`,
    `$scrypt$ln=1e1,r=8,p=2$${salt}$${hash}`, `$scrypt$ln=-1,r=8,p=2$${salt}$${hash}`,
    `$scrypt$ln=0,r=8,p=2$${salt}$${hash}`, `$scrypt$ln=10,r=0,p=2$${salt}$${hash}`,
    `$scrypt$ln=10,r=8,p=0$${salt}$${hash}`, `$scrypt$ln=16,r=1,p=1$${salt}$${hash}`,
    `$scrypt$ln=29,r=8,p=1$${salt}$${hash}`, `$scrypt$ln=18,r=8,p=1$${salt}$${hash}`,
    `$scrypt$ln=99,r=9999,p=9999$${salt}$${hash}`, `$scrypt$ln=10,r=8,p=9999$${salt}$${hash}`,
    `$scrypt$ln=10,r=8,p=2$${salt}$${hash}`.repeat(1000),
  ];
  for (const stored of strings) {
    const hasher = new CountingHasher({ cost: CHEAP });
    assert.equal(await hasher.verify(PASSWORD, stored), false, stored);
    assert.deepEqual(hasher.costs, [CHEAP], stored);
    assert.equal(hasher.needsRehash(stored), true, stored);
  }
});

test('verify() knows hashes of every cost that OWASP names', async () => {
  for (const [logN, p] of [[17, 1], [16, 2], [15, 3], [14, 5], [13, 10]] as const) {
    const cost = { logN, r: 8, p };
    const hasher = new PasswordHasher({ cost });
    assert.equal(await hasher.verify(PASSWORD, await hasher.hash(PASSWORD)), true, JSON.stringify(cost));
  }
});

test('isBoundedCost() counts the blocks of p, as scrypt does', () => {
  assert.equal(scryptMemoryBytes({ logN: 1, r: 9999, p: 209 }), 128 * 9999 * (2 + 209 + 2));
  assert.equal(isBoundedCost({ logN: 1, r: 9999, p: 209 }), false);
  assert.equal(isBoundedCost({ logN: 1, r: 9999, p: 100 }), true);
  assert.equal(isBoundedCost({ logN: 17, r: 8, p: 1 }), true);
  assert.equal(isBoundedCost({ logN: 17, r: 8, p: 2 }), false);
});

test('needsRehash() is true when the kind or the cost is not that of a new hash', async () => {
  const hasher = new PasswordHasher({ cost: CHEAP });
  assert.equal(hasher.needsRehash(await hasher.hash(PASSWORD)), false);
  for (const other of [{ logN: 4 }, { logN: 6 }, { r: 7 }, { r: 9 }, { p: 2 }, { p: 4 }]) {
    assert.equal(hasher.needsRehash(await hashed(PASSWORD, { ...CHEAP, ...other })), true, JSON.stringify(other));
  }
  assert.equal(hasher.needsRehash(sha256(PASSWORD)), true);
  const today = await hasher.hash(PASSWORD);
  for (const kind of ['scrypt', 'scrypt-sha256']) {
    assert.equal(hasher.needsRehash(today.replace('scrypt-hmac-sha256', kind)), true, kind);
  }
});

test('sha256Hash() takes 64 hex digits and nothing else', () => {
  assert.equal(sha256Hash('aB'.repeat(32)), `$sha256$${'ab'.repeat(32)}`);
  for (const bad of ['', 'a'.repeat(63), 'a'.repeat(65), 'g'.repeat(64), `${'a'.repeat(64)}\n`, ` ${'a'.repeat(63)}`]) {
    assert.equal(sha256Hash(bad), null, JSON.stringify(bad));
  }
});

test('new PasswordHasher() throws a RangeError when an option is out of range', () => {
  const options = [
    { cost: { logN: 0, r: 8, p: 1 } }, { cost: { logN: 15, r: 8, p: 0 } }, { cost: { logN: 15.5, r: 8, p: 1 } },
    { cost: { logN: 30, r: 8, p: 1 } }, { cost: { logN: 15, r: Number.NaN, p: 1 } }, { maxConcurrent: 0 },
    { maxConcurrent: 1.5 }, { maxQueued: -1 }, { maxQueued: Number.NaN },
  ];
  for (const bad of options) assert.throws(() => new PasswordHasher(bad), RangeError, JSON.stringify(bad));
});

/** Mulberry32: small, and the same for the same seed. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function randomText(random: () => number): string {
  const length = Math.floor(random() * 60);
  // Below the surrogates, and above: every string made of these is well-formed.
  const codePoints = Array.from({ length }, () => {
    return random() < 0.8 ? 1 + Math.floor(random() * 0xd7ff) : 0x10000 + Math.floor(random() * 0x100000);
  });
  return String.fromCodePoint(...codePoints);
}
