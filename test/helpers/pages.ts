import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Caller } from '../../src/accounts/caller.ts';
import { send } from './client.ts';
import type { Reply, RequestOptions } from './client.ts';
import { startOrganisation } from './organisation.ts';
import type { Organisation } from './organisation.ts';
import type { TestServiceOptions } from './service.ts';

/** What a browser sends with a page that a person asks for. */
export const BROWSER = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

/** A server with users, and what asks it for pages as a browser does. */
export interface Pages extends Organisation {
  get(path: string, options?: RequestOptions): Promise<Reply>;
  /** An administrator, who asks for operations behind the pages' back. */
  readonly caller: Caller;
  post(path: string, form: { readonly [name: string]: string }, options?: RequestOptions): Promise<Reply>;
}

export async function startPages(t: TestContext, options: TestServiceOptions = {}): Promise<Pages> {
  const organisation = await startOrganisation(t, options);
  const { base } = organisation.server;
  const ask = (method: string, path: string, { headers, ...rest }: RequestOptions): Promise<Reply> =>
    send(base, method, path, { ...rest, headers: { ...BROWSER, ...headers } });
  return {
    ...organisation,
    caller: { address: '127.0.0.1', userAgent: null, userId: organisation.admin.id, isOperator: false },
    get: (path, more = {}) => ask('GET', path, more),
    post: (path, form, more = {}) =>
      ask('POST', path, { form, ...more, headers: { origin: base, 'sec-fetch-site': 'same-origin', ...more.headers } }),
  };
}

/** Where a 303 leads to. */
export function locationOf(reply: Reply): string {
  assert.equal(reply.status, 303, reply.text);
  assert.equal(reply.text, '');
  return reply.headers.location ?? '';
}

/** The markup of one field of a form, by its name. */
export function inputOf(reply: Reply, name: string): string {
  const input = new RegExp(`<input[^>]* name="${name}"[^>]*>`).exec(reply.text)?.[0];
  assert.ok(input !== undefined, `no field ${name} in ${reply.text}`);
  return input;
}

/** What is in a field; null where it has no value. */
export function valueOf(reply: Reply, name: string): string | null {
  return / value="([^"]*)"/.exec(inputOf(reply, name))?.[1] ?? null;
}

/** A form was refused: the summary has the focus, says why and leads to the field, which says so too. */
export function assertRefused(reply: Reply, text: string, field: string | null, status = 422): void {
  assert.equal(reply.status, status, reply.text);
  assert.match(reply.text, /<title>Error: /);
  const summary = /<div class="refused"[^>]*>.*?<\/div>/s.exec(reply.text)?.[0] ?? '';
  assert.match(summary, /role="alert" tabindex="-1" autofocus/);
  assert.match(summary, /That did not work/);
  assert.ok(summary.includes(field === null ? `<p>${text}</p>` : `<a href="#${field}">${text}</a>`), summary);
  assert.equal(reply.text.match(/ autofocus/g)?.length, 1);
  if (field === null) return;
  const input = inputOf(reply, field);
  assert.match(input, / aria-invalid="true"/);
  assert.match(input, new RegExp(` aria-describedby="${field}-wrong`));
  assert.ok(reply.text.includes(`<p class="wrong" id="${field}-wrong">${text}</p>`), reply.text);
}
