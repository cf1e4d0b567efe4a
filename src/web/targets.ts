import { requestAuthority, requestPath } from '../http/request-target.ts';
import type { Router } from '../http/router.ts';
import { RecentValues } from '../http/recent-values.ts';
import type { Auth } from '../api/v1/auth/auth.ts';
import type { Handler, Target } from './request.ts';

/** Paths that need no authentication. */
const EXCLUDED_PATHS = [
  '/api/v1/status/',
  '/api/v1/unauthorized/',
  '/api/v1/forbidden/',
  '/api/v1/auth_session/login/',
];

/**
 * Reads request targets, and remembers those that came last: for each request that is one look-up, in place of
 * regular expressions, the list of excluded paths and the search for a route.
 *
 * @param auth null: no path needs a user
 * @returns what each second word of a request line comes to
 */
export function createTargets(router: Router<Handler>, auth: Auth | null): RecentValues<Target> {
  return new RecentValues((target) => {
    const path = requestPath(target);
    const authority = requestAuthority(target);
    if (path === null) return { authority, path, needsUser: true, resource: null };
    // One slash at the end is gone already: a path that has another is no route, whatever requireAuth() forgives.
    const needsUser = auth !== null && (auth.requireAuth(path, EXCLUDED_PATHS) || path.endsWith('/'));
    return { authority, path, needsUser, resource: router.find(path) };
  });
}
