import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { test } from 'node:test';
import { User } from '../../src/models/user.ts';
import { percentile } from '../engines/bystander.ts';
import { ATTACKS, HostileClient } from '../engines/hostile-load.ts';
import { cookieOf } from '../helpers/client.ts';
import { memoryInUse, openSockets, settles } from '../helpers/handles.ts';
import { startTestService } from '../helpers/service.ts';

const EMAIL = 'bob@example.com';
const PASSWORD = 'H0lberton, once';

/** The sizes of scripts/hostile-load.ts are for a server with the limits of production; these are for these limits. */
const LIMITS = { maxConnections: 40, maxRequestMemoryBytes: 1_048_576, connectionsCheckingIntervalMs: 50 };
const CONNECTIONS = { pipelining: 8, idle: 60, bodies: 60, hashes: 10 };

for (const attack of ATTACKS) {
  test(`one client's ${attack} takes the service from nobody`, { timeout: 120_000 }, async (t) => {
    const { service, api, addUser, logs } = await startTestService(t, { limits: LIMITS });
    await addUser(EMAIL, PASSWORD);
    await Promise.all(
      Array.from({ length: 100 }, (_, i) => service.users.save(new User({ email: `${i}@x.y`, passwordHash: '-' }))),
    );
    const form = { email: EMAIL, password: PASSWORD };
    const cookie = cookieOf(await api('POST', '/auth_session/login', { form }));
    const socketsBefore = openSockets();
    const memoryBefore = memoryInUse();
    const { port } = service.address;
    const attackers = ['127.0.0.2', '127.0.0.3'].map(
      (address) => new HostileClient({ port, address, attack, connections: CONNECTIONS[attack], requests: 200, cookie }),
    );
    t.after(() => attackers.forEach((attacker) => attacker.stop()));
    await Promise.all(attackers.map((attacker) => attacker.start()));
    assert.ok(attackers.every(({ opened }) => opened >= CONNECTIONS[attack]));

    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    t.after(() => agent.destroy());
    for (let round = 0; round < 20; round += 1) {
      assert.equal((await api('GET', '/status')).status, 200, 'a new connection');
      assert.equal((await api('GET', '/users/me', { cookie, agent })).status, 200, 'one that is kept');
    }
    // Hashes have their own queue, and their own tests.
    if (attack !== 'hashes') assert.equal((await api('POST', '/auth_session/login', { form })).status, 200);

    attackers.forEach((attacker) => attacker.stop());
    agent.destroy();
    assert.ok(await settles(() => openSockets() <= socketsBefore), 'no connection is left');
    t.diagnostic(`${memoryInUse() - memoryBefore} bytes are left; lost: ${attackers.map(({ lost }) => lost).join()}`);
    assert.deepEqual(logs.notice, []);
  });
}

test('percentile() takes what was not answered for the slowest', () => {
  assert.equal(percentile([3, 1, 2], 0.5), 2);
  assert.equal(percentile([3, null, 2], 0.99), Number.POSITIVE_INFINITY);
  assert.equal(percentile([], 0.5), Number.POSITIVE_INFINITY);
});
