import type { Description } from './description.ts';
import type { ResponseDescription } from './response.ts';
import { error } from './shared-responses.ts';

const LAST_MESSAGE = 'this is the last administrator who can sign in: put another user into the group admins first';
const LINK_MESSAGE = 'a link cannot be made: set PUBLIC_URL to the address under which browsers reach this server';

const USER: ResponseDescription = { description: 'The user.', schema: 'User' };
const DONE: ResponseDescription = { description: 'Done.', schema: 'Empty' };
const NO_USER = error('There is no such user.', 'Not found');
const NO_SESSIONS = error('There is no such user or session, or AUTH_TYPE has no sessions.', 'Not found');
const TAKEN = error('Another user has the email.', 'email already exists');
const LAST = error('This is the last administrator who can sign in.', LAST_MESSAGE);
const NO_LINK = error('A link cannot be made before PUBLIC_URL is set.', LINK_MESSAGE);
const WRONG = error('The password is wrong.', 'wrong password', { headers: ['WWW-Authenticate'] });

/** What each route of the API is for, and what it answers. By the handler's name. */
export const OPERATIONS = {
  showStatus: {
    operationId: 'getStatus',
    summary: 'Tells that the server answers.',
    tag: 'Service',
    responses: { 200: { description: 'It does.', schema: 'Status' } },
  },
  showReady: {
    operationId: 'getReady',
    summary: 'Tells whether the server can serve: whether its store can be read, and it is not about to stop.',
    tag: 'Service',
    responses: { 200: { description: 'It can.', schema: 'Status' } },
  },
  showOpenApi: {
    operationId: 'getOpenApi',
    summary: 'This document.',
    tag: 'Service',
    responses: { 200: { description: 'The document.', schema: 'Document' } },
  },
  showStats: {
    operationId: 'getStats',
    summary: 'Counts the users.',
    tag: 'Service',
    responses: { 200: { description: 'How many there are.', schema: 'Stats' } },
  },
  showUnauthorized: {
    operationId: 'getUnauthorized',
    summary: 'Shows the error 401.',
    tag: 'Service',
    responses: { 401: error('Always.', 'Unauthorized', { headers: ['WWW-Authenticate'] }) },
  },
  showForbidden: {
    operationId: 'getForbidden',
    summary: 'Shows the error 403.',
    tag: 'Service',
    responses: { 403: error('Always.', 'Forbidden') },
  },
  listUsers: {
    operationId: 'listUsers',
    summary: 'Lists the users, the oldest first, in pages.',
    tag: 'Users',
    query: {
      limit: {
        description: 'How many at most.',
        schema: { type: 'integer', minimum: 1, maximum: 1_000, default: 1_000 },
      },
      after: {
        description: 'The id of the last user of the page before.',
        schema: { type: 'string' },
        example: '9375973a-68c7-46aa-b135-29f79e837495',
      },
    },
    responses: {
      200: { description: 'A page; `Link` leads to the next one.', schema: 'Users', optionalHeaders: ['Link'] },
    },
  },
  createUser: {
    operationId: 'createUser',
    summary: 'Makes a user, with a password or an invitation.',
    tag: 'Users',
    body: { schema: 'NewUser' },
    responses: {
      201: { description: 'The user, with the link where invited.', schema: ['User', 'InvitedUser'], headers: ['Location'] },
      409: error('Another user has the email, or a link cannot be made.', 'email already exists'),
    },
  },
  getUser: {
    operationId: 'getUser',
    summary: 'Shows a user.',
    tag: 'Users',
    responses: { 200: USER, 404: NO_USER },
  },
  updateUser: {
    operationId: 'updateUser',
    summary: 'Changes the names that are given.',
    tag: 'Users',
    body: { schema: 'Names' },
    responses: { 200: USER, 404: NO_USER },
  },
  deleteUser: {
    operationId: 'deleteUser',
    summary: 'Removes a user, and ends every session of that user.',
    tag: 'Users',
    responses: { 200: DONE, 404: NO_USER, 409: LAST },
  },
  updateEmail: {
    operationId: 'updateEmail',
    summary: 'Changes the email by which a user signs in.',
    tag: 'Users',
    body: { schema: 'NewEmail' },
    responses: { 200: USER, 404: NO_USER, 409: TAKEN },
  },
  getGroups: {
    operationId: 'getGroups',
    summary: 'Shows the groups of a user.',
    tag: 'Users',
    responses: { 200: { description: 'The groups.', schema: 'Groups' }, 404: NO_USER },
  },
  updateGroups: {
    operationId: 'updateGroups',
    summary: 'Puts a user into these groups and no others.',
    tag: 'Users',
    body: { schema: 'NewGroups' },
    responses: { 200: { description: 'The groups.', schema: 'Groups' }, 404: NO_USER, 409: LAST },
  },
  changePassword: {
    operationId: 'changePassword',
    summary: 'Changes the own password. Every other session of the user ends, this one goes on under a new id.',
    tag: 'Passwords',
    body: { schema: 'PasswordChange' },
    refusal: 'the current password is wrong',
    responses: { 200: { ...DONE, optionalHeaders: ['Set-Cookie'] }, 404: NO_USER },
  },
  makeLink: {
    operationId: 'makePasswordLink',
    summary: 'Makes a link for one use, with which the user chooses a new password.',
    tag: 'Passwords',
    responses: { 201: { description: 'The link, and when it ends.', schema: 'Link' }, 404: NO_USER, 409: NO_LINK },
  },
  useLink: {
    operationId: 'usePasswordLink',
    summary: 'Uses a link: sets the password, and ends every session of the user. An invitation signs in.',
    tag: 'Passwords',
    body: { schema: 'LinkUse', isForm: true },
    responses: { 200: { ...DONE, optionalHeaders: ['Set-Cookie'] }, 429: 'TooManyAttempts' },
  },
  listSessions: {
    operationId: 'listSessions',
    summary: 'Lists where a user is signed in, the session used last first.',
    tag: 'Sessions',
    responses: { 200: { description: 'The live sessions.', schema: 'Sessions' }, 404: NO_SESSIONS },
  },
  endSessions: {
    operationId: 'endSessions',
    summary: 'Ends every session of a user.',
    tag: 'Sessions',
    query: {
      keep: { description: '`current`: all but the session that asks.', schema: { type: 'string', enum: ['current'] } },
    },
    responses: { 200: { ...DONE, optionalHeaders: ['Set-Cookie'] }, 404: NO_SESSIONS },
  },
  endSession: {
    operationId: 'endSession',
    summary: 'Ends one session of a user.',
    tag: 'Sessions',
    responses: { 200: { ...DONE, optionalHeaders: ['Set-Cookie'] }, 404: NO_SESSIONS },
  },
  login: {
    operationId: 'signIn',
    summary: 'Signs in: verifies email and password, and makes a session. A session that the client came with ends.',
    tag: 'Sessions',
    body: { schema: 'Login', isForm: true },
    responses: {
      200: { ...USER, headers: ['Set-Cookie'] },
      401: WRONG,
      404: error('No user has the email, or AUTH_TYPE has no sessions.', 'no user found for this email'),
      429: 'TooManyAttempts',
    },
  },
  logout: {
    operationId: 'signOut',
    summary: 'Ends the session that asks.',
    tag: 'Sessions',
    responses: { 200: { ...DONE, headers: ['Set-Cookie'] }, 404: NO_SESSIONS },
  },
} satisfies { readonly [handler: string]: Description };
