import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Caller } from '../accounts/caller.ts';
import type { AuthRequest } from '../api/v1/auth/auth.ts';
import { readJsonObject } from '../http/body.ts';
import { clientAddress, isSecure } from '../http/client-address.ts';
import { readForm } from '../http/form.ts';
import { HttpError } from '../http/http-error.ts';
import type { UserSession } from '../models/user-session.ts';
import type { User } from '../models/user.ts';
import type { Kind } from './route.ts';
import type { Target } from './targets.ts';

const MAX_BODY_BYTES = 65_536;
const MAX_FORM_FIELDS = 100;

/** The `:id` that stands for whoever asks (tutorial task 0). */
const ME = 'me';

/** Browsers name it where a person asked for a page. */
const TAKES_HTML = /\btext\/html\b/i;

/** One request, as the gate and the handlers see it. */
export class WebRequest implements AuthRequest, Caller {
  readonly method: string;
  readonly target: Target;
  readonly headers: IncomingHttpHeaders;
  /** The client's IP address, as far as it can be trusted. */
  readonly address: string;
  readonly isOperator = false;
  /** Who asks, once the gate has let the request through; null where nobody had to be authenticated. */
  currentUser: User | null = null;
  /** The session in which the user asks; null where there is none, as under Basic. */
  currentSession: UserSession | null = null;
  readonly #incoming: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #trustedProxies: number;

  constructor(incoming: IncomingMessage, response: ServerResponse, target: Target, trustedProxies: number) {
    this.method = incoming.method ?? '';
    this.target = target;
    this.headers = incoming.headers;
    this.address = clientAddress(incoming, trustedProxies);
    this.#incoming = incoming;
    this.#response = response;
    this.#trustedProxies = trustedProxies;
  }

  get userId(): string | null {
    return this.currentUser?.id ?? null;
  }

  get userAgent(): string | null {
    return this.headers['user-agent'] ?? null;
  }

  /** What the request is answered as; where no route has the path, what the client takes decides. */
  get kind(): Kind {
    return this.target.kind ?? (TAKES_HTML.test(this.headers.accept ?? '') ? 'page' : 'api');
  }

  /** What stands for a `:name` segment of the route's path; empty where the route has none of that name. */
  parameter(name: string): string {
    return this.target.resource?.parameters.get(name) ?? '';
  }

  /**
   * The id of the user that the path's `:id` names.
   *
   * @throws {HttpError} 404 for `me` where nobody is signed in
   */
  targetUserId(): string {
    const id = this.parameter('id');
    if (id !== ME) return id;
    if (this.currentUser === null) throw new HttpError(404);
    return this.currentUser.id;
  }

  /** The parameters of the query. */
  get query(): URLSearchParams {
    const target = this.#incoming.url ?? '';
    const start = target.indexOf('?');
    return new URLSearchParams(start === -1 ? '' : target.slice(start).split('#', 1)[0]);
  }

  /** The host that the request names, with its port. */
  get host(): string | undefined {
    return this.target.authority ?? this.headers.host;
  }

  /** Whether the client's own connection was TLS, as far as that can be trusted. */
  get isSecure(): boolean {
    return isSecure(this.#incoming, this.#trustedProxies);
  }

  /** The body's members; null where it is no JSON object. Throws what `readJsonObject` throws. */
  json(): Promise<Map<string, unknown> | null> {
    return readJsonObject(this.#incoming, this.#response, MAX_BODY_BYTES);
  }

  /** The body's fields, empty where it is no form. Throws what `readForm` throws. */
  form(): Promise<Map<string, string>> {
    return readForm(this.#incoming, this.#response, { maxBytes: MAX_BODY_BYTES, maxFields: MAX_FORM_FIELDS });
  }
}
