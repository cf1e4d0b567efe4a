import type { WebRoute } from '../web/request.ts';
import { changeOwnNames, changePassword, showAccount } from './account.ts';
import { ICON_PATH, showIcon, showStyle, STYLE_PATH } from './assets.ts';
import { addUser, showNewUser } from './new-user.ts';
import { showReset, showResetDone, useReset } from './password-reset.ts';
import { askEndSessions, endSessions } from './sessions.ts';
import { showSignIn, signIn } from './sign-in.ts';
import { askSignOut, showSignedOut, signOut } from './sign-out.ts';
import { askRemove, changeEmail, changeGroups, changeNames, makeLink, removeUser, showUser } from './user.ts';
import { listUsers } from './users.ts';
import { View } from './view.ts';
import type { PageHandler } from './view.ts';

type PageRoute = Omit<WebRoute, 'kind' | 'needsSessions' | 'handler'> & { readonly handler: PageHandler };

/** Whoever had to sign in on the way to a form's address comes back by GET: to the page with the form. */
const toForm: PageHandler = (view) => view.go(`${view.home}#${view.request.target.path?.split('/').at(-1) ?? ''}-form`);

/** Pages that only sessions have. */
const WITH_SESSIONS: readonly PageRoute[] = [
  { method: 'GET', path: '/', access: 'user', handler: (view) => view.go('/account') },
  { method: 'GET', path: '/.well-known/change-password', access: 'public', handler: (view) => view.go('/account/password') },
  { method: 'GET', path: '/login', access: 'public', handler: showSignIn },
  { method: 'POST', path: '/login', access: 'public', handler: signIn },
  { method: 'GET', path: '/logout', access: 'public', handler: askSignOut },
  { method: 'POST', path: '/logout', access: 'public', handler: signOut },
  { method: 'GET', path: '/signed-out', access: 'public', handler: showSignedOut },
  { method: 'GET', path: '/account', access: 'user', handler: showAccount },
  { method: 'POST', path: '/account/names', access: 'user', handler: changeOwnNames },
  { method: 'POST', path: '/account/password', access: 'user', handler: changePassword },
  ...endingSessions('/account/sessions', 'user'),
  { method: 'GET', path: '/users', access: 'admin', handler: listUsers },
  { method: 'GET', path: '/users/new', access: 'admin', handler: showNewUser },
  { method: 'POST', path: '/users/new', access: 'admin', handler: addUser },
  { method: 'GET', path: '/users/:id', access: 'admin', handler: showUser },
  { method: 'POST', path: '/users/:id/names', access: 'admin', handler: changeNames },
  { method: 'POST', path: '/users/:id/email', access: 'admin', isGrave: true, handler: changeEmail },
  { method: 'POST', path: '/users/:id/groups', access: 'admin', isGrave: true, handler: changeGroups },
  { method: 'POST', path: '/users/:id/link', access: 'admin', isGrave: true, handler: makeLink },
  { method: 'GET', path: '/users/:id/remove', access: 'admin', isGrave: true, handler: askRemove },
  { method: 'POST', path: '/users/:id/remove', access: 'admin', isGrave: true, handler: removeUser },
  ...endingSessions('/users/:id/sessions', 'admin'),
];

function endingSessions(sessions: string, access: 'user' | 'admin'): readonly PageRoute[] {
  return [`${sessions}/:handle/end`, `${sessions}/end`].flatMap((path): readonly PageRoute[] => [
    { method: 'GET', path, access, isGrave: true, handler: askEndSessions },
    { method: 'POST', path, access, isGrave: true, handler: endSessions },
  ]);
}

const READABLE: ReadonlySet<string> = new Set(WITH_SESSIONS.filter(({ method }) => method === 'GET').map(({ path }) => path));
const RETURNS = WITH_SESSIONS.filter(({ path }) => !READABLE.has(path)).map(
  ({ path, access }): PageRoute => ({ method: 'GET', path, access, handler: toForm }),
);

function webRoute({ handler, ...route }: PageRoute): WebRoute {
  return { ...route, kind: 'page', handler: (request, services) => handler(new View(request, services)) };
}

/** Every page: who may use it, and what answers. */
export const PAGE_ROUTES: readonly WebRoute[] = [
  ...[...WITH_SESSIONS, ...RETURNS].map((route): WebRoute => ({ ...webRoute(route), needsSessions: true })),
  webRoute({ method: 'GET', path: '/password-reset', access: 'public', handler: showResetDone }),
  webRoute({ method: 'GET', path: '/password-reset/:token', access: 'public', handler: showReset }),
  webRoute({ method: 'POST', path: '/password-reset/:token', access: 'public', handler: useReset }),
  { method: 'GET', path: STYLE_PATH, access: 'public', kind: 'asset', handler: showStyle },
  { method: 'GET', path: ICON_PATH, access: 'public', kind: 'asset', handler: showIcon },
];
