import type { Awaitable } from '../http/awaitable.ts';
import type { Answer } from '../http/respond.ts';
import type { WebRequest } from './request.ts';
import type { Services } from './services.ts';

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
