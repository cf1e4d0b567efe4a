import type { ApiRoute } from './openapi/description.ts';
import { OPERATIONS } from './openapi/operations.ts';
import { login, logout } from './views/login.ts';
import { changePassword, makeLink, useLink } from './views/passwords.ts';
import { endSession, endSessions, listSessions } from './views/sessions.ts';
import { showForbidden, showReady, showStats, showStatus, showUnauthorized } from './views/status.ts';
import { showOpenApi } from './views/openapi.ts';
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
export const API_ROUTES: readonly ApiRoute[] = [
  { method: 'GET', path: '/api/v1/status', access: 'public', handler: showStatus, description: OPERATIONS.showStatus },
  { method: 'GET', path: '/api/v1/ready', access: 'public', handler: showReady, description: OPERATIONS.showReady },
  {
    method: 'GET',
    path: '/api/v1/openapi.json',
    access: 'public',
    handler: showOpenApi,
    description: OPERATIONS.showOpenApi,
  },
  { method: 'GET', path: '/api/v1/stats', access: 'user', handler: showStats, description: OPERATIONS.showStats },
  {
    method: 'GET', path: '/api/v1/unauthorized', access: 'public',
    handler: showUnauthorized,
    description: OPERATIONS.showUnauthorized,
  },
  {
    method: 'GET', path: '/api/v1/forbidden', access: 'public',
    handler: showForbidden,
    description: OPERATIONS.showForbidden,
  },

  { method: 'GET', path: USERS, access: 'admin', handler: listUsers, description: OPERATIONS.listUsers },
  { method: 'POST', path: USERS, access: 'admin', handler: createUser, description: OPERATIONS.createUser },
  { method: 'GET', path: USER, access: 'owner', handler: getUser, description: OPERATIONS.getUser },
  { method: 'PUT', path: USER, access: 'owner', handler: updateUser, description: OPERATIONS.updateUser },
  {
    method: 'DELETE', path: USER, access: 'owner', isGrave: true,
    handler: deleteUser,
    description: OPERATIONS.deleteUser,
  },
  {
    method: 'PUT', path: `${USER}/email`, access: 'admin', isGrave: true,
    handler: updateEmail,
    description: OPERATIONS.updateEmail,
  },
  { method: 'GET', path: `${USER}/groups`, access: 'owner', handler: getGroups, description: OPERATIONS.getGroups },
  {
    method: 'PUT', path: `${USER}/groups`, access: 'admin', isGrave: true,
    handler: updateGroups,
    description: OPERATIONS.updateGroups,
  },

  {
    method: 'PUT', path: `${USER}/password`, access: 'self',
    handler: changePassword,
    description: OPERATIONS.changePassword,
  },
  {
    method: 'POST', path: `${USER}/password_reset`, access: 'admin', isGrave: true,
    handler: makeLink,
    description: OPERATIONS.makeLink,
  },
  {
    method: 'POST', path: '/api/v1/password_reset', access: 'public',
    handler: useLink,
    description: OPERATIONS.useLink,
  },

  {
    method: 'GET', path: SESSIONS, access: 'owner', needsSessions: true,
    handler: listSessions,
    description: OPERATIONS.listSessions,
  },
  {
    method: 'DELETE', path: SESSIONS, access: 'owner', isGrave: true, needsSessions: true,
    handler: endSessions,
    description: OPERATIONS.endSessions,
  },
  {
    method: 'DELETE',
    path: `${SESSIONS}/:handle`,
    access: 'owner',
    isGrave: true,
    needsSessions: true,
    handler: endSession,
    description: OPERATIONS.endSession,
  },

  {
    method: 'POST', path: '/api/v1/auth_session/login', access: 'public', needsSessions: true,
    handler: login,
    description: OPERATIONS.login,
  },
  {
    method: 'DELETE', path: '/api/v1/auth_session/logout', access: 'user', needsSessions: true,
    handler: logout,
    description: OPERATIONS.logout,
  },
];
