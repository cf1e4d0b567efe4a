import type { WebRoute } from '../../web/route.ts';
import { login, logout } from './views/login.ts';
import { changePassword, makeLink, useLink } from './views/passwords.ts';
import { endSession, endSessions, listSessions } from './views/sessions.ts';
import { showForbidden, showStats, showStatus, showUnauthorized } from './views/status.ts';
import {
  createUser,
  deleteUser,
  getGroups,
  getUser,
  listUsers,
  updateEmail,
  updateGroups,
  updateUser,
} from './views/users.ts';

const USERS = '/api/v1/users';
const USER = `${USERS}/:id`;
const SESSIONS = `${USER}/sessions`;

/** Every route of the API: who may use it, and what answers. */
export const API_ROUTES: readonly WebRoute[] = [
  { method: 'GET', path: '/api/v1/status', access: 'public', handler: showStatus },
  { method: 'GET', path: '/api/v1/stats', access: 'user', handler: showStats },
  { method: 'GET', path: '/api/v1/unauthorized', access: 'public', handler: showUnauthorized },
  { method: 'GET', path: '/api/v1/forbidden', access: 'public', handler: showForbidden },

  { method: 'GET', path: USERS, access: 'admin', handler: listUsers },
  { method: 'POST', path: USERS, access: 'admin', handler: createUser },
  { method: 'GET', path: USER, access: 'owner', handler: getUser },
  { method: 'PUT', path: USER, access: 'owner', handler: updateUser },
  { method: 'DELETE', path: USER, access: 'owner', isGrave: true, handler: deleteUser },
  { method: 'PUT', path: `${USER}/email`, access: 'admin', isGrave: true, handler: updateEmail },
  { method: 'GET', path: `${USER}/groups`, access: 'owner', handler: getGroups },
  { method: 'PUT', path: `${USER}/groups`, access: 'admin', isGrave: true, handler: updateGroups },

  { method: 'PUT', path: `${USER}/password`, access: 'self', handler: changePassword },
  { method: 'POST', path: `${USER}/password_reset`, access: 'admin', isGrave: true, handler: makeLink },
  { method: 'POST', path: '/api/v1/password_reset', access: 'public', handler: useLink },

  { method: 'GET', path: SESSIONS, access: 'owner', needsSessions: true, handler: listSessions },
  { method: 'DELETE', path: SESSIONS, access: 'owner', isGrave: true, needsSessions: true, handler: endSessions },
  {
    method: 'DELETE',
    path: `${SESSIONS}/:handle`,
    access: 'owner',
    isGrave: true,
    needsSessions: true,
    handler: endSession,
  },

  { method: 'POST', path: '/api/v1/auth_session/login', access: 'public', needsSessions: true, handler: login },
  { method: 'DELETE', path: '/api/v1/auth_session/logout', access: 'user', needsSessions: true, handler: logout },
];
