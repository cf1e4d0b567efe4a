import assert from 'node:assert/strict';
import { Duplex } from 'node:stream';
import type { Visitor } from './visitor.ts';
import { MIA } from './world.ts';
import type { World } from './world.ts';

export async function refusesLongCookies(world: World): Promise<void> {
  const visitor = world.visitor();
  await world.signIn(visitor, MIA);
  const long = `a=${'x'.repeat(50_000)}`;
  const seen = await world.seenDuring(async () => {
    for (const cookies of [[long], [`${visitor.cookiesFor(world.urls.wiki)}; ${long}`]]) {
      for (const method of ['GET', 'POST']) {
        const { status } = await visitor.request(method, `${world.urls.wiki}/`, { cookies });
        assert.ok(status === 400 || status === 431, `${method}: ${status}`);
      }
    }
  });
  assert.deepEqual(seen, []);
}

export async function keepsConnections(world: World): Promise<void> {
  const visitor = world.visitor();
  await world.signIn(visitor, MIA);
  const before = world.relay.count();
  for (let count = 0; count < 25; count += 1) {
    assert.equal((await visitor.visit(`${world.urls.wiki}/`)).status, 200);
    assert.equal((await visitor.visit(`${world.urls.wiki}/`, { cookies: [] })).status, 303);
  }
  // A proxy with several threads may have one of each.
  assert.ok(world.relay.count() - before <= 8, `${world.relay.count() - before} connections for 50 questions`);
}

async function askEverything(world: World, visitor: Visitor): Promise<void> {
  const cookies = [visitor.cookiesFor(world.urls.wiki)];
  for (const address of [`${world.urls.wiki}/`, `${world.urls.ops}/`]) {
    for (const method of ['GET', 'HEAD', 'POST', 'OPTIONS']) {
      const { status } = await visitor.request(method, address, { cookies, headers: [['Accept', 'text/html']] });
      assert.ok(status >= 300, `${method} ${address}: ${status}`);
    }
    assert.ok(!((await visitor.upgrade(address)) instanceof Duplex));
  }
}

export async function distrustsNonsense(world: World): Promise<void> {
  const visitor = world.visitor();
  await world.signIn(visitor, MIA);
  const nonsense = [
    '',
    'nonsense\r\n\r\n',
    ...['301 Moved', '302 Found\r\nLocation: /', '400 Bad', '404 None', '500 Oops', '503 Later'].map(
      (status) => `HTTP/1.1 ${status}\r\nRemote-User: root\r\nContent-Length: 0\r\n\r\n`,
    ),
    'HTTP/1.1 2',
  ];
  for (const bytes of nonsense) {
    world.relay.answerWith(bytes);
    assert.deepEqual(await world.seenDuring(() => askEverything(world, visitor)), [], JSON.stringify(bytes));
  }
  world.relay.answerWith(null);
  assert.equal((await visitor.visit(`${world.urls.wiki}/`)).status, 200);
}

export async function failsClosed(world: World): Promise<void> {
  const visitor = world.visitor();
  await world.signIn(visitor, MIA);
  await world.server.service.close(0);
  await world.relay.stop();
  const seen = await world.seenDuring(async () => {
    await askEverything(world, visitor);
    const { status } = await visitor.visit(`${world.urls.wiki}/`);
    assert.ok(status >= 500, String(status));
  });
  assert.deepEqual(seen, []);
}
