import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { Duplex } from 'node:stream';
import { test } from 'node:test';
import { send } from '../helpers/client.ts';
import type { Seen } from './application.ts';
import type { StartProxy } from './start-proxy.ts';
import { distrustsNonsense, failsClosed, keepsConnections, refusesLongCookies } from './failures.ts';
import { MIA, NOAH, SESSION_NAME, startWorld } from './world.ts';
import type { World } from './world.ts';

const PLACE = '/a%20b/page?q=1&admin=2&x=%26y%3D%2F..&empty=';
const IDENTITY = ['remote-user', 'remote-email', 'remote-name', 'remote-groups', 'remote-id'];
const FORGED = [
  ...['Remote-User', 'remote-user', 'REMOTE-USER', 'Remote_User', 'Remote-Email', 'Remote_Email'],
  ...['Remote-Name', 'Remote_Name', 'Remote-Groups', 'Remote_Groups', 'remote-groups', 'Remote-Id', 'REMOTE_ID'],
];

/** What the application is told of who asks: a header that is not there counts as an empty one. */
export function identityOf({ headers }: Seen): readonly string[] {
  return IDENTITY.map((name) => (headers.get(name) ?? []).join('|'));
}

function only(seen: readonly Seen[]): Seen {
  assert.equal(seen.length, 1);
  return seen[0] ?? assert.fail();
}

type Step = readonly [name: string, run: (world: World) => Promise<void>];

const STEPS: readonly Step[] = [
  ['anonymous → sign-in page → back where the person was going → the application sees who it is', signsIn],
  ['programs and forms are told 401, and the application is not asked', tellsPrograms],
  ["a client's own Remote-* never arrives", dropsForged],
  ['the application never sees the session cookie, and sees the others', keepsCookie],
  ['a user without the group: 403; a member gets in', knowsGroups],
  ['after the sign-out everybody is anonymous again', signsOut],
  ['the content of a POST arrives whole', passesContent],
  ['a websocket opens for whoever is signed in, and for nobody else', passesWebsockets],
  ['a cookie header of 50 KB is refused, and nothing is let through', refusesLongCookies],
  ['over HTTP/2, with a field for each cookie', speaksHttp2],
  ['plain HTTP leads to TLS', leadsToTls],
  ['few connections are opened to the session server', keepsConnections],
  ['a session server that answers nonsense lets nothing through', distrustsNonsense],
  ['a session server that is stopped lets nothing through', failsClosed],
];

/** What every proxy does with the files of scripts/deploy: the session server on a host of its own. */
export function testHosts(name: string, startProxy: StartProxy): void {
  test(`${name}: the session server on a host of its own`, async (t) => {
    const world = await startWorld(t, startProxy);
    for (const [what, run] of STEPS) await t.test(what, () => run(world));
  });
}

async function signsIn(world: World): Promise<void> {
  const visitor = world.visitor();
  const address = world.urls.wiki + PLACE;
  const away = await visitor.visit(address);
  assert.equal(away.headers.location, `${world.urls.publicUrl}/login?rd=${encodeURIComponent(address)}`);
  assert.deepEqual(await world.seenDuring(() => visitor.visit(address)), []);
  const back = await world.signIn(visitor, MIA, address);
  assert.equal(back.headers.location, address);
  const [cookie = ''] = back.headers['set-cookie'] ?? [];
  assert.match(cookie, /; Domain=example\.com\b.*; Secure/);
  const seen = only(await world.seenDuring(async () => assert.equal((await visitor.visit(address)).status, 200)));
  assert.equal(world.urls.wiki + seen.url, address);
  assert.deepEqual(identityOf(seen), [MIA, MIA, 'Mía 李', 'ops,staff', world.ids.mia]);
}

async function tellsPrograms(world: World): Promise<void> {
  const visitor = world.visitor();
  const html = [['Accept', 'text/html']] as const;
  const seen = await world.seenDuring(async () => {
    const cases = [
      ['GET', []],
      ['GET', [['Accept', 'application/json']]],
      ['POST', html],
      ['PUT', html],
      ['DELETE', []],
    ] as const;
    for (const [method, headers] of cases) {
      const reply = await visitor.request(method, `${world.urls.wiki}/`, { headers, ...(method === 'POST' && { body: 'x' }) });
      assert.deepEqual([reply.status, reply.headers.location], [401, undefined], `${method} ${headers}`);
    }
  });
  assert.deepEqual(seen, []);
}

async function dropsForged(world: World): Promise<void> {
  const headers = FORGED.map((name) => [name, 'root@example.com'] as const);
  for (const email of [MIA, NOAH]) {
    const visitor = world.visitor();
    await world.signIn(visitor, email);
    const { ids } = world;
    const expected = email === MIA ? [MIA, MIA, 'Mía 李', 'ops,staff', ids.mia] : [NOAH, NOAH, '', '', ids.noah];
    for (const sent of [headers, headers.toReversed()]) {
      const seen = only(await world.seenDuring(() => visitor.visit(`${world.urls.wiki}/`, { headers: sent })));
      assert.deepEqual(identityOf(seen), expected);
      assert.ok(![...seen.headers.values()].flat().includes('root@example.com'));
    }
  }
  assert.deepEqual(await world.seenDuring(() => world.visitor().visit(`${world.urls.wiki}/`, { headers })), []);
}

async function keepsCookie(world: World): Promise<void> {
  const visitor = world.visitor();
  await world.signIn(visitor, NOAH);
  const own = visitor.cookiesFor(world.urls.wiki);
  const [, secret = ''] = own.split('=');
  const lines: readonly (readonly [sent: readonly string[], expected: string])[] = [
    [[own], ''],
    [[`a=1; ${own}`], 'a=1'],
    [[`${own}; b=2`], 'b=2'],
    [[`a=1; ${own}; b=2`], 'a=1; b=2'],
    [[`${own}; a=1; ${own}; b=2`], 'a=1; b=2'],
    [[`${SESSION_NAME}=old; ${own}`], ''],
    [[`a=1;${own};b=2`], 'a=1;b=2'],
    [[`a=1; ${SESSION_NAME} = ${secret} ; b=2`], 'a=1; b=2'],
    [[`a=1;\t${SESSION_NAME}="${secret}"; b=2`], 'a=1; b=2'],
    [['a=1', own, 'b=2'], 'a=1; b=2'],
    [[`x${own.replace(secret, 'theirs')}; ${own}`], `x${SESSION_NAME}=theirs`],
    [[`a=${SESSION_NAME}=1; ${own}`], `a=${SESSION_NAME}=1`],
  ];
  for (const [cookies, expected] of lines) {
    const seen = only(await world.seenDuring(() => visitor.visit(`${world.urls.wiki}/`, { cookies })));
    const arrived = (seen.headers.get('cookie') ?? []).filter((line) => line !== '').join('; ');
    assert.equal(arrived.replace(/;(?=\S)/g, '; '), expected.replace(/;(?=\S)/g, '; '), JSON.stringify(cookies));
  }
  // Three of them and more: rather no cookie at all than one of them.
  const cookies = [Array.from({ length: 6 }, () => own).join('; a=1; ')];
  const seen = only(await world.seenDuring(() => visitor.visit(`${world.urls.wiki}/`, { cookies })));
  assert.ok(![...seen.headers.values()].flat().some((value) => value.includes(secret)));
}

async function knowsGroups(world: World): Promise<void> {
  const [mia, noah] = [world.visitor(), world.visitor()];
  await world.signIn(mia, MIA);
  await world.signIn(noah, NOAH);
  const address = `${world.urls.ops}/`;
  assert.equal((await world.visitor().visit(address)).status, 303);
  assert.deepEqual(await world.seenDuring(async () => assert.equal((await noah.visit(address)).status, 403)), []);
  assert.equal((await world.seenDuring(async () => assert.equal((await mia.visit(address)).status, 200))).length, 1);
}

async function signsOut(world: World): Promise<void> {
  const visitor = world.visitor();
  await world.signIn(visitor, MIA);
  const former = visitor.cookiesFor(world.urls.wiki);
  const address = `${world.urls.publicUrl}/logout`;
  const done = await visitor.submit(address, await visitor.visit(address), {});
  assert.equal(done.status, 303, done.text);
  assert.equal(visitor.cookiesFor(world.urls.wiki), '');
  const seen = await world.seenDuring(async () => {
    for (const cookies of [[], [former]]) {
      assert.equal((await visitor.visit(`${world.urls.wiki}/`, { cookies })).status, 303);
    }
  });
  assert.deepEqual(seen, []);
}

async function passesContent(world: World): Promise<void> {
  const visitor = world.visitor();
  await world.signIn(visitor, MIA);
  const body = Buffer.alloc(3_000_000, 'content ');
  const sha256 = createHash('sha256').update(body).digest('hex');
  for (const framing of [['Content-Length', String(body.length)], ['Transfer-Encoding', 'chunked']] as const) {
    const seen = only(
      await world.seenDuring(async () => {
        const reply = await visitor.request('POST', `${world.urls.wiki}/upload?a=1&b=2`, { body, headers: [framing] });
        assert.equal(reply.status, 200, reply.text);
      }),
    );
    assert.deepEqual([seen.method, seen.url, seen.sha256], ['POST', '/upload?a=1&b=2', sha256]);
  }
}

async function passesWebsockets(world: World): Promise<void> {
  const [visitor, stranger] = [world.visitor(), world.visitor()];
  await world.signIn(visitor, MIA);
  const address = `${world.urls.wiki}/live`;
  const seen = only(
    await world.seenDuring(async () => {
      const socket = await visitor.upgrade(address);
      assert.ok(socket instanceof Duplex, 'not upgraded');
      socket.write('hello');
      assert.equal(String((await once(socket, 'data'))[0]), 'hello');
      socket.destroy();
      const refused = await stranger.upgrade(address);
      assert.ok(!(refused instanceof Duplex), 'upgraded');
      assert.equal(refused.status, 401);
    }),
  );
  assert.equal(identityOf(seen)[0], MIA);
}

async function speaksHttp2(world: World): Promise<void> {
  const visitor = world.visitor();
  await world.signIn(visitor, MIA);
  const { host, hostname, port } = new URL(world.urls.wiki);
  const client = connectHttp2(`https://127.0.0.1:${port}`, { servername: hostname, rejectUnauthorized: false });
  const ask = async (headers: { readonly [name: string]: string | readonly string[] }): Promise<number> => {
    const stream = client.request({ ':path': '/h2?a=1&b=2', ':authority': host, accept: 'text/html', ...headers });
    const [answer] = await once(stream, 'response');
    stream.resume();
    await once(stream, 'end');
    return Number(answer[':status']);
  };
  try {
    const seen = only(
      await world.seenDuring(async () => {
        assert.equal(await ask({ 'remote-user': 'root', remote_name: 'root' }), 303);
        const cookie = ['a=1', visitor.cookiesFor(world.urls.wiki), 'b=2'];
        assert.equal(await ask({ cookie, 'remote-user': 'root', remote_name: 'root' }), 200);
      }),
    );
    assert.deepEqual(identityOf(seen).slice(0, 3), [MIA, MIA, 'Mía 李']);
    assert.deepEqual(seen.headers.get('cookie'), ['a=1; b=2']);
  } finally {
    client.destroy();
  }
}

async function leadsToTls(world: World): Promise<void> {
  const reply = await send(world.urls.plain, 'GET', '/a?b=1&c=2', { headers: { host: 'wiki.example.com' } });
  assert.ok([301, 308].includes(reply.status), String(reply.status));
  // Caddy leaves out the port that it was told to take for that of https.
  assert.equal(String(reply.headers.location).replace(/:\d+/, ''), 'https://wiki.example.com/a?b=1&c=2');
}
