import type { Auth } from '../api/v1/auth/auth.ts';
import { RecentValues } from '../http/recent-values.ts';
import { requestAuthority, requestPath } from '../http/request-target.ts';
import { Router } from '../http/router.ts';
import type { Target, WebRoute } from './request.ts';

export interface Targets {
  readonly router: Router<WebRoute>;
  /** What a request target comes to. */
  readonly cache: RecentValues<Target>;
}

/**
 * The paths that need no authentication: those of the public routes, with `*` for a parameter and all behind it.
 *
 * @throws {TypeError} a path is public for one method only: who may pass is a matter of the path (tutorial task 5)
 */
export function excludedPaths(routes: readonly WebRoute[]): readonly string[] {
  const publicPaths = new Set(routes.filter(({ access }) => access === 'public').map(({ path }) => path));
  for (const { path, access } of routes) {
    if (access !== 'public' && publicPaths.has(path)) throw new TypeError(`${path} is public for one method only`);
  }
  return [...publicPaths].map((path) => path.replace(/:.*$/, '*'));
}

/**
 * Reads request targets, and caches the last of them: one look-up a request, in place of the decoding, the list of
 * excluded paths and the search for a route.
 *
 * @param auth null: no path needs a user
 * @param excluded paths that need none
 * @param show gives the target as the access log has it
 */
export function createTargets(
  routes: readonly WebRoute[],
  auth: Auth | null,
  excluded: readonly string[],
  show: (target: string) => string,
): Targets {
  const anyMethods = new Map(routes.filter(({ method }) => method === '*').map((route) => [route.path, route]));
  const router = new Router(
    routes
      .filter(({ method }) => method !== '*')
      .map((route) => ({ method: route.method, path: route.path, handler: route })),
  );
  const cache = new RecentValues<Target>((target) => {
    const path = requestPath(target);
    const authority = requestAuthority(target);
    const shown = show(target);
    if (path === null) {
      return { authority, path, shown, needsUser: true, resource: null, kind: 'api', anyMethod: null, route: null };
    }
    // requestPath() has taken one slash from the end: a path with another one is no route, and never public.
    const needsUser = auth !== null && (auth.requireAuth(path, excluded) || path.endsWith('/'));
    const [resource, anyMethod] = [router.find(path), anyMethods.get(path) ?? null];
    const [first] = resource?.handlers.values() ?? [];
    const mayBePage = resource === null && auth?.sessions != null && path !== '/api' && !path.startsWith('/api/');
    const kind = first?.kind ?? (mayBePage ? null : 'api');
    const route = anyMethod?.path ?? resource?.path ?? null;
    return { authority, path, shown, needsUser, resource, kind, anyMethod, route };
  });
  return { router, cache };
}
