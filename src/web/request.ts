import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Caller } from '../accounts/caller.ts';
import type { AuthRequest } from '../api/v1/auth/auth.ts';
import type { Awaitable } from '../http/awaitable.ts';
import { readJsonObject } from '../http/body.ts';
import { clientAddress, isSecure } from '../http/client-address.ts';
import { readForm } from '../http/form.ts';
import { HttpError } from '../http/http-error.ts';
import { takesHtml } from '../http/media-type.ts';
import { ProxiedRequest } from '../http/proxied-request.ts';
import { requestIdOf } from '../http/request-id.ts';
import type { Answer } from '../http/respond.ts';
import type { Resource } from '../http/router.ts';
import type { UserSession } from '../models/user-session.ts';
import type { User } from '../models/user.ts';
import type { Services } from './services.ts';

const MAX_BODY_BYTES = 65_536;
const FORM_LIMITS = { maxBytes: MAX_BODY_BYTES, maxFields: 100 };

/** The `:id` that stands for whoever asks (tutorial task 0). */
const ME = 'me';

/** What a request target comes to, whatever the method and whoever asks. */
export interface Target {
  /** The host that the target names itself; null where only the `Host` field does. */
  readonly authority: string | null;
  /** Decoded once: the path that the gate judges and the router looks up. null where the target is malformed. */
  readonly path: string | null;
  readonly shown: string; // in the access log
  /** Whether only a user may go on. */
  readonly needsUser: boolean;
  /** null where no route has the path. */
  readonly resource: Resource<WebRoute> | null;
  /** Of the path's routes; null: no route has the path, and a person may have mistyped a page's. */
  readonly kind: Kind | null;
  /** The route of this path that takes every method; null where there is none. */
  readonly anyMethod: WebRoute | null;
  /** The path of the route as the table of routes has it; null where no route has the path. */
  readonly route: string | null;
}

/**
 * Who may use a route.
 *
 * - `public`: anybody, without authentication.
 * - `user`: whoever is signed in.
 * - `self`: the user that `:id` names (`me`, or the id), and nobody else.
 * - `owner`: that user, and administrators.
 * - `admin`: administrators.
 */
export type Access = 'public' | 'user' | 'self' | 'owner' | 'admin';

/** Answers one route. What it throws becomes an answer in `error-answer.ts`. */
export type Handler = (request: WebRequest, services: Services) => Awaitable<Answer>;

/**
 * What a path is for: programs (JSON, read by the origins of CORS_ORIGINS), persons (HTML, for this origin alone), or
 * what pages are made with, the same for everybody.
 */
export type Kind = 'api' | 'page' | 'asset';

/** One line of a table of routes. The gate looks at nothing else to judge a request. */
export interface WebRoute {
  /**
   * In upper case. GET serves HEAD too. `*`: every method, and the handler judges by itself who asks, without
   * preflights, the check for other sites and the gate.
   */
  readonly method: string;
  /** `/users/:id`: a segment that begins with `:` matches any one segment but an empty one. */
  readonly path: string;
  readonly access: Access;
  /** Absent: `api`. One for all methods of a path. */
  readonly kind?: Kind;
  /** Asks for a sign-in of the last REAUTH_WINDOW seconds. */
  readonly isGrave?: true;
  /** Exists only where AUTH_TYPE has sessions; its path is as public elsewhere, where it is not found. */
  readonly needsSessions?: true;
  readonly handler: Handler;
}

/** What a request needs to know of the server that it came to. */
export interface RequestServer {
  readonly trustedProxies: number;
  /** Judges whether the user may go on. @throws {HttpError} as the gate does */
  judgeAgain(request: WebRequest): Awaitable<void>;
}

/** One request, as the gate and the handlers see it. */
export class WebRequest implements AuthRequest, Caller {
  readonly method: string;
  readonly target: Target;
  readonly headers: IncomingHttpHeaders;
  /** The client's IP address, as far as it can be trusted. */
  readonly address: string;
  readonly isOperator = false;
  /** Who asks, once that was found out; null where nobody had to be authenticated. */
  currentUser: User | null = null;
  /** The session in which the user asks; null where there is none, as under Basic. */
  currentSession: UserSession | null = null;
  readonly #incoming: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #server: RequestServer;
  #requestId: string | null = null;

  constructor(incoming: IncomingMessage, response: ServerResponse, target: Target, server: RequestServer) {
    this.method = incoming.method ?? '';
    this.target = target;
    this.headers = incoming.headers;
    this.address = clientAddress(incoming, server.trustedProxies);
    this.#incoming = incoming;
    this.#response = response;
    this.#server = server;
  }

  /** By which the logs tell this request: most are never asked for it. */
  get requestId(): string {
    return (this.#requestId ??= requestIdOf(this.#incoming, this.#server.trustedProxies));
  }

  /** Whether it came over a Unix socket. */
  get isProxied(): boolean {
    return this.#incoming instanceof ProxiedRequest;
  }

  get userId(): string | null {
    return this.currentUser?.id ?? null;
  }

  get userAgent(): string | null {
    return this.headers['user-agent'] ?? null;
  }

  /** What the request is answered as; where no route has the path, what the client takes decides. */
  get kind(): Kind {
    return this.target.kind ?? (takesHtml(this.headers.accept) ? 'page' : 'api');
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
    const start = this.url.indexOf('?');
    return new URLSearchParams(start === -1 ? '' : this.url.slice(start).split('#', 1)[0]);
  }

  /** The request target as it came. */
  get url(): string {
    return this.#incoming.url ?? '';
  }

  /** The host that the request names, with its port. */
  get host(): string | undefined {
    return this.target.authority ?? this.headers.host;
  }

  /** Whether the client's own connection was TLS, as far as that can be trusted. */
  get isSecure(): boolean {
    return isSecure(this.#incoming, this.#server.trustedProxies);
  }

  /** The body's members, null where it is no JSON object. Throws what `readJsonObject` and `assertStillAllowed` throw. */
  async json(): Promise<Map<string, unknown> | null> {
    const body = await readJsonObject(this.#incoming, this.#response, MAX_BODY_BYTES);
    await this.assertStillAllowed();
    return body;
  }

  /** The body's fields, empty where it is no form. Throws what `readForm` and `assertStillAllowed` throw. */
  async form(): Promise<Map<string, string>> {
    const fields = await readForm(this.#incoming, this.#response, FORM_LIMITS);
    await this.assertStillAllowed();
    return fields;
  }

  /**
   * Judges once more whether the user may go on. A body can be half a minute on its way, and a hash some seconds: who
   * has been signed out, demoted or removed meanwhile must change nothing any more.
   *
   * @throws {HttpError} as the gate does
   */
  async assertStillAllowed(): Promise<void> {
    await this.#server.judgeAgain(this);
  }
}
