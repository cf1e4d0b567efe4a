import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { readJsonObject } from '../http/body.ts';
import { clientAddress, isSecure } from '../http/client-address.ts';
import { readForm } from '../http/form.ts';
import type { Answer } from '../http/respond.ts';
import type { Resource } from '../http/router.ts';
import type { User, Users } from '../models/user.ts';
import type { PasswordHasher } from '../security/password.ts';
import type { SecurityLog } from '../accounts/security-log.ts';
import type { Awaitable } from '../http/awaitable.ts';
import type { AuthRequest } from '../api/v1/auth/auth.ts';
import type { SignIn } from '../accounts/sign-in.ts';

/** What the API is made of, as the views see it. */
export interface Services {
  readonly users: Users;
  readonly passwords: PasswordHasher;
  readonly signIn: SignIn;
  readonly securityLog: SecurityLog;
  readonly passwordMinLength: number;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

/** Answers one route. What it throws becomes an answer in `error-answer.ts`. */
export type Handler = (request: ApiRequest, services: Services) => Awaitable<Answer>;

const MAX_BODY_BYTES = 65_536;
const MAX_FORM_FIELDS = 100;

/** What a request target comes to, whatever the method and whoever asks. */
export interface Target {
  /** The host that the target names itself; null where only the `Host` field does. */
  readonly authority: string | null;
  /** Decoded once: the path that the gate judges and the router looks up. null where the target is malformed. */
  readonly path: string | null;
  /** Whether only a user may go on. */
  readonly needsUser: boolean;
  /** null where no route has the path. */
  readonly resource: Resource<Handler> | null;
}

/** One request to the API, as the gate and the views see it. */
export class ApiRequest implements AuthRequest {
  readonly method: string;
  readonly target: Target;
  readonly headers: IncomingHttpHeaders;
  /** The client's IP address, as far as it can be trusted. */
  readonly address: string;
  /** Whose request it is, once the gate has let it through; null where nobody had to be authenticated. */
  currentUser: User | null = null;
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

  /** What stands for a `:name` segment of the route's path; empty where the route has none of that name. */
  parameter(name: string): string {
    return this.target.resource?.parameters.get(name) ?? '';
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
