import { request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import { replyOf } from '../helpers/client.ts';
import type { Reply } from '../helpers/client.ts';

interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly host: string;
  readonly domain: string | null;
}

export interface VisitOptions {
  /** Sent as they are, in order, with repetitions. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly body?: Buffer | string;
  /** In place of the jar: the lines of `Cookie`. */
  readonly cookies?: readonly string[];
}

const AS_BROWSER = ['Accept', 'text/html,application/xhtml+xml,*/*;q=0.8'] as const;

/** A browser, as far as it matters here: it keeps cookies by host and domain, sends forms, and is on the loopback. */
export class Visitor {
  readonly #ca: string;
  readonly #jar = new Map<string, Cookie>();

  /** @param ca what signed the proxy's certificate, PEM */
  constructor(ca: string) {
    this.#ca = ca;
  }

  /** `name=value; …`, as sent to that address. */
  cookiesFor(address: string): string {
    const { hostname } = new URL(address);
    return [...this.#jar.values()]
      .filter(({ host, domain }) => host === hostname || (domain !== null && `.${hostname}`.endsWith(`.${domain}`)))
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
  }

  /** One request, as from the address bar; nothing is followed. */
  visit(address: string, options: VisitOptions = {}): Promise<Reply> {
    return this.request('GET', address, { ...options, headers: [AS_BROWSER, ...(options.headers ?? [])] });
  }

  async request(method: string, address: string, options: VisitOptions = {}): Promise<Reply> {
    const outgoing = this.#outgoing(method, address, options);
    const reply = replyOf(outgoing);
    outgoing.end(options.body);
    const answer = await reply;
    this.#keep(address, answer);
    return answer;
  }

  /** Fills in the one form with these fields of the page and sends it. */
  submit(address: string, page: Reply, fields: { readonly [name: string]: string }): Promise<Reply> {
    const action = /<form method="post" action="([^"]*)"/.exec(page.text)?.[1]?.replaceAll('&amp;', '&');
    if (action === undefined) throw new Error(`no form: ${page.text}`);
    const body = new URLSearchParams(fields).toString();
    return this.request('POST', new URL(action, address).href, {
      body,
      headers: [
        AS_BROWSER,
        ['Origin', new URL(address).origin],
        ['Sec-Fetch-Site', 'same-origin'],
        ['Content-Type', 'application/x-www-form-urlencoded'],
        ['Content-Length', String(body.length)],
      ],
    });
  }

  /** Asks for a websocket. @returns the open connection, or the answer that refuses it */
  async upgrade(address: string): Promise<Duplex | Reply> {
    const headers = [
      ['Connection', 'Upgrade'],
      ['Upgrade', 'websocket'],
      ['Sec-WebSocket-Version', '13'],
      ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
    ] as const;
    const outgoing = this.#outgoing('GET', address, { headers });
    const upgraded = new Promise<Duplex>((resolve) => outgoing.on('upgrade', (_, socket) => resolve(socket)));
    const reply = replyOf(outgoing);
    outgoing.end();
    return Promise.race([upgraded, reply]);
  }

  #outgoing(method: string, address: string, { headers = [], cookies }: VisitOptions) {
    const { hostname, host, port, pathname } = new URL(address);
    const sent = cookies ?? [this.cookiesFor(address)].filter((line) => line !== '');
    return httpsRequest({
      ...{ host: '127.0.0.1', port, servername: hostname, ca: this.#ca, agent: false, method },
      // As it was written: URL would put an address right that is wrong on purpose.
      path: address.slice(address.indexOf(host) + host.length) || pathname,
      headers: [['Host', host], ...headers, ...sent.map((line) => ['Cookie', line])].flat(),
    });
  }

  #keep(address: string, reply: Reply): void {
    for (const line of reply.headers['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      const cookie = { name, value, host: new URL(address).hostname, domain: /; Domain=([^;]+)/i.exec(line)?.[1] ?? null };
      const key = `${name} ${cookie.domain ?? cookie.host}`;
      if (/; Max-Age=0/i.test(line)) this.#jar.delete(key);
      else this.#jar.set(key, cookie);
    }
  }
}
