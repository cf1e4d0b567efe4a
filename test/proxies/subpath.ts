import assert from 'node:assert/strict';
import { test } from 'node:test';
import { identityOf } from './contract.ts';
import type { StartProxy } from './start-proxy.ts';
import { MIA, startWorld } from './world.ts';

/** What every proxy does with the files of scripts/deploy: the session server below a path of the application's host. */
export function testSubpath(name: string, startProxy: StartProxy): void {
  test(`${name}: the session server under /auth/, the application beside it`, async (t) => {
    const world = await startWorld(t, startProxy, { layout: 'subpath' });
    const { publicUrl, wiki } = world.urls;
    const visitor = world.visitor();
    const address = `${wiki}/login?q=1&admin=2&x=%26`;

    await t.test('anonymous → sign-in page → back; the application has the paths that are not below /auth/', async () => {
      const away = await visitor.visit(address);
      assert.equal(away.headers.location, `${publicUrl}/login?rd=${encodeURIComponent(address)}`);
      const back = await world.signIn(visitor, MIA, address);
      assert.equal(back.headers.location, address);
      const [cookie = ''] = back.headers['set-cookie'] ?? [];
      assert.match(cookie, /; Path=\/;/);
      assert.doesNotMatch(cookie, /Domain/);
      const [seen] = await world.seenDuring(() => visitor.visit(address));
      assert.ok(seen !== undefined);
      assert.equal(wiki + seen.url, address);
      assert.deepEqual(identityOf(seen), [MIA, MIA, 'Mía 李', 'ops,staff', world.ids.mia]);
      assert.deepEqual((seen.headers.get('cookie') ?? []).filter((line) => line !== ''), []);
    });

    await t.test('pages, style sheet and API of the server are below /auth/, and link to each other', async () => {
      const seen = await world.seenDuring(async () => {
        const account = await visitor.visit(`${publicUrl}/account`);
        assert.equal(account.status, 200, account.text);
        const links = [...account.text.matchAll(/(?:href|action)="([^"]+)"/g)].map(([, link = '']) => link);
        assert.ok(links.length > 3);
        for (const link of links) assert.match(link, /^(?:\/auth\/|#)/);
        const [style = ''] = links.filter((link) => /\.css\b/.test(link));
        assert.equal((await visitor.visit(wiki + style)).status, 200);
        assert.equal((await visitor.visit(`${publicUrl}/api/v1/users/me`)).status, 200);
        const { location = '' } = (await visitor.visit(`${wiki}/auth`)).headers;
        assert.equal(new URL(location, wiki).href, `${publicUrl}/`);
      });
      assert.deepEqual(seen, []);
    });

    await t.test('no spelling of a path gets round the question', async () => {
      const around = ['/auth/../secret', '/auth/%2e%2e/secret', '/auth/..%2fsecret', '/auth%2f../secret', '/auth\\..\\secret'];
      const paths = [...around, '//secret', '/./secret', '/AUTH/../secret', '/AUTH/secret', '/authx'];
      const seen = await world.seenDuring(async () => {
        for (const path of paths) await visitor.visit(wiki + path, { cookies: [] });
      });
      assert.deepEqual(seen, []);
    });

    await t.test('sign-out → anonymous again', async () => {
      const page = await visitor.visit(`${publicUrl}/logout`);
      const done = await visitor.submit(`${publicUrl}/logout`, page, {});
      assert.equal(done.headers.location, '/auth/signed-out');
      assert.equal(visitor.cookiesFor(wiki), '');
      assert.deepEqual(await world.seenDuring(async () => assert.equal((await visitor.visit(address)).status, 303)), []);
    });
  });
}
