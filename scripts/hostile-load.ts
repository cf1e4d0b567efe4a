import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { declareModels } from '../src/models/repositories.ts';
import { User } from '../src/models/user.ts';
import { PasswordHasher } from '../src/security/password.ts';
import { JournalStore } from '../src/storage/journal/journal-store.ts';
import { authenticatedRate, percentile, signInLatencies, statusLatencies } from '../test/engines/bystander.ts';
import type { Bystander } from '../test/engines/bystander.ts';
import { startServer } from '../test/engines/crash-server.ts';
import { ATTACKS, HostileClient } from '../test/engines/hostile-load.ts';
import type { Attack } from '../test/engines/hostile-load.ts';
import { cookieOf, send } from '../test/helpers/client.ts';

/**
 * What others notice while one client takes all that it can get, and whether the bars of the contract hold. Loopback
 * only; each attack ends by itself, after some `--seconds` for each measurement.
 *
 *     npm run build && node --import tsx scripts/hostile-load.ts [ATTACK …] [--attackers 1] [--users 1000]
 *         [--seconds 4] [--connections N] [--server dist/server.js]
 *
 * An ATTACK is one of: pipelining idle bodies hashes. Exit 1 where a bar does not hold.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    attackers: { type: 'string', default: '1' },
    users: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '4' },
    connections: { type: 'string' },
    server: { type: 'string', default: 'dist/server.js' },
    // For the attackers' own process:
    port: { type: 'string' },
    cookie: { type: 'string', default: '' },
  },
});

/** What one attacker opens where nothing else is said: each is known to have taken the service down. */
const CONNECTIONS: Readonly<Record<Attack, number>> = { pipelining: 8, idle: 10_200, bodies: 10_300, hashes: 40 };

/** However it is called, an attack lasts no longer. */
const MAX_SECONDS = 120;

const EMAIL = 'bob@example.com';
const PASSWORD = 'correct horse battery';

const seconds = Math.min(Number(values.seconds), MAX_SECONDS);
const attackers = Math.min(Number(values.attackers), 10);

if (values.port === undefined) await measure();
else await attackFrom(Number(values.port));

/** The attackers, in a process of their own: what they cost must not be taken for the server's slowness. */
async function attackFrom(port: number): Promise<void> {
  const attack = ATTACKS.find((name) => name === positionals[0]) ?? 'idle';
  const all = Math.min(Number(values.connections ?? CONNECTIONS[attack]), 12_000);
  const clients = Array.from({ length: attackers }, (_, index) => {
    const address = `127.0.0.${index + 2}`;
    const connections = attack === 'idle' || attack === 'bodies' ? Math.ceil(all / attackers) : all;
    return new HostileClient({ port, address, attack, connections, cookie: values.cookie });
  });
  const stop = (): void => clients.forEach((client) => client.stop());
  setTimeout(stop, MAX_SECONDS * 1_000).unref();
  process.on('disconnect', stop);
  await Promise.all(clients.map((client) => client.start()));
  if (process.connected) process.send?.('started');
}

async function measure(): Promise<void> {
  const attacks = ATTACKS.filter((name) => positionals.length === 0 || positionals.includes(name));
  const directory = mkdtempSync(join(tmpdir(), 'hostile-load-'));
  try {
    await makeUsers(directory, Number(values.users));
    for (const attack of attacks) await measureOne(attack, directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function makeUsers(directory: string, count: number): Promise<void> {
  const store = new JournalStore({ directory });
  const { users } = declareModels(store);
  await store.open();
  await users.save(new User({ email: EMAIL, passwordHash: await new PasswordHasher().hash(PASSWORD) }));
  const others = Array.from({ length: count }, (_, i) => new User({ email: `user${i}@example.com`, passwordHash: '-' }));
  await Promise.all(others.map((user) => users.save(user)));
  await store.close();
}

async function measureOne(attack: Attack, directory: string): Promise<void> {
  const server = await startServer([values.server], { DATA_DIR: directory, AUTH_TYPE: 'session_db_auth' });
  try {
    const form = { email: EMAIL, password: PASSWORD };
    const cookie = cookieOf(await send(server.base, 'POST', '/api/v1/auth_session/login', { form }));
    const bystander: Bystander = { base: server.base, cookie, email: EMAIL, password: PASSWORD };
    const before = {
      status: percentile(await statusLatencies(bystander, seconds), 0.99),
      rate: await authenticatedRate(bystander, seconds),
      hash: percentile(await signInLatencies(bystander, 5), 0.5),
    };

    const attacker = startAttackers(attack, new URL(server.base).port, cookie);
    await Promise.race([once(attacker, 'message'), new Promise((resolve) => setTimeout(resolve, 30_000))]);
    try {
      const status = await statusLatencies(bystander, seconds);
      const rate = await authenticatedRate(bystander, seconds);
      const signIns = await signInLatencies(bystander, 20);
      report(attack, [
        ['GET /status before, p99 in ms', before.status, () => true],
        ['GET /status, p99 in ms', percentile(status, 0.99), (it) => it < 100],
        ['authenticated GET, of its speed before', rate / before.rate, (it) => it >= 0.5],
        ['sign-ins of 20', signIns.filter((it) => it !== null).length, (it) => it === 20],
        ['the slowest of them, in hashes', percentile(signIns, 1) / before.hash, (it) => it <= 4],
        ['memory at its peak, in MiB', peakMemoryOf(server.pid), (it) => it < 300],
      ]);
    } finally {
      attacker.disconnect();
      await once(attacker, 'exit');
    }
    // The security log is JSON; anything else is trouble.
    const notices = server.errors().split('\n').filter((line) => line !== '' && !line.startsWith('{'));
    if (notices.length > 0) console.log(`  on standard error: ${notices.slice(0, 3).join('; ')}`);
  } finally {
    await server.kill();
  }
}

function startAttackers(attack: Attack, port: string, cookie: string): ReturnType<typeof spawn> {
  const flags = [attack, '--port', port, '--cookie', cookie, '--attackers', String(attackers)];
  if (values.connections !== undefined) flags.push('--connections', values.connections);
  return spawn(process.execPath, ['--import', 'tsx', fileURLToPath(import.meta.url), ...flags], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}

type Bar = readonly [what: string, value: number, holds: (value: number) => boolean];

function report(attack: Attack, bars: readonly Bar[]): void {
  console.log(`${attack}, ${attackers} at once`);
  for (const [what, value, holds] of bars) {
    const isHeld = holds(value);
    if (!isHeld) process.exitCode = 1;
    console.log(`  ${isHeld ? 'ok  ' : 'MISS'} ${what}: ${value.toFixed(2)}`);
  }
}

function peakMemoryOf(pid: number): number {
  const [, kibibytes = 'NaN'] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kibibytes) / 1_024;
}
