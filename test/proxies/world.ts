import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Reply } from '../helpers/client.ts';
import { PASSWORD } from '../helpers/organisation.ts';
import { startTestService } from '../helpers/service.ts';
import type { TestService } from '../helpers/service.ts';
import { startApplication } from './application.ts';
import type { Application, Seen } from './application.ts';
import { freePort } from './program.ts';
import type { Change } from './proxy-files.ts';
import { startRelay } from './relay.ts';
import type { Relay } from './relay.ts';
import type { Layout, StartProxy } from './start-proxy.ts';
import { Visitor } from './visitor.ts';

export const SESSION_NAME = '_my_session_id';

/** With names and groups, and a member of "ops". */
export const MIA = 'mia@example.com';
/** With nothing but an email. */
export const NOAH = 'noah@example.com';

/** A proxy in front of the session server and two applications, of which one is for the group "ops". */
export interface World {
  readonly server: TestService;
  /** Between the proxy and the session server. */
  readonly relay: Relay;
  readonly wiki: Application;
  readonly ops: Application;
  /** `https://…`, without a slash at the end. */
  readonly urls: { readonly publicUrl: string; readonly wiki: string; readonly ops: string; readonly plain: string };
  readonly ids: { readonly mia: string; readonly noah: string };
  visitor(): Visitor;
  /** Signs in through the pages, on the way to an address. @returns the answer that leads back */
  signIn(visitor: Visitor, email: string, address?: string): Promise<Reply>;
  /** What the applications got meanwhile. */
  seenDuring(step: () => Promise<unknown>): Promise<readonly Seen[]>;
}

/** Starts all of it on free ports of the loopback; it ends with the test. */
export async function startWorld(
  t: TestContext,
  startProxy: StartProxy,
  { layout = 'hosts', changes = [] }: { readonly layout?: Layout; readonly changes?: readonly Change[] } = {},
): Promise<World> {
  const [http, https] = [await freePort(), await freePort()];
  const [wiki, ops] = [await startApplication(t), await startApplication(t)];
  const isSubpath = layout === 'subpath';
  const publicUrl = isSubpath ? `https://example.com:${https}/auth` : `https://auth.example.com:${https}`;
  const server = await startTestService(t, {
    publicUrl,
    trustedProxies: 1,
    allowedHosts: [new URL(publicUrl).hostname],
    ...(!isSubpath && { cookieDomain: 'example.com', redirectOrigins: [`https://*.example.com:${https}`] }),
  });
  const mia = await server.addUser(MIA, PASSWORD, ['ops', 'staff']);
  await server.service.users.update(mia.id, (user) => user.with({ firstName: 'Mía', lastName: '李' }));
  const noah = await server.addUser(NOAH, PASSWORD, []);
  const relay = await startRelay(t, Number(new URL(server.base).port));
  const ports = { http, https, server: relay.port, wiki: wiki.port, ops: ops.port };
  const { ca } = await startProxy(t, { layout, ports, changes });
  const urls = {
    publicUrl,
    wiki: isSubpath ? `https://example.com:${https}` : `https://wiki.example.com:${https}`,
    ops: `https://ops.example.com:${https}`,
    plain: `http://127.0.0.1:${http}`,
  };
  return {
    ...{ server, relay, wiki, ops, urls, ids: { mia: mia.id, noah: noah.id } },
    visitor: () => new Visitor(ca),
    signIn: async (visitor, email, address = urls.wiki) => {
      const away = await visitor.visit(address);
      assert.equal(away.status, 303, away.text);
      const signInAddress = String(away.headers.location);
      const page = await visitor.visit(signInAddress);
      assert.equal(page.status, 200, page.text);
      const reply = await visitor.submit(signInAddress, page, { email, password: PASSWORD });
      assert.equal(reply.status, 303, reply.text);
      return reply;
    },
    seenDuring: async (step) => {
      const [ofWiki, ofOps] = [wiki.seen.length, ops.seen.length];
      await step();
      return [...wiki.seen.slice(ofWiki), ...ops.seen.slice(ofOps)];
    },
  };
}
