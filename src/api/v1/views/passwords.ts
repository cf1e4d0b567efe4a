import { HttpError } from '../../../http/http-error.ts';
import { json, NO_HEADERS } from '../../../http/respond.ts';
import { formatTime } from '../../../models/base.ts';
import type { Handler } from '../../../web/request.ts';
import { sessionCookie } from '../../../web/session-cookie.ts';
import { found } from '../../../web/found.ts';
import { bodyOf, required } from './body.ts';

/** `PUT /api/v1/users/:id/password`: the user changes the own password; every other session of the user ends. */
export const changePassword: Handler = async (request, services) => {
  const { currentUser, currentSession } = request;
  // AUTH_TYPE=none: nobody has a password of one's own.
  if (currentUser === null) throw new HttpError(404);
  const body = await bodyOf(request);
  const current = required(body, 'current_password');
  const next = required(body, 'new_password');
  if (typeof current !== 'string') throw new HttpError(400, 'current_password must be a text');
  const sessionId = await services.passwords.change(currentUser, current, next, request, currentSession !== null);
  return json(200, {}, sessionId === null ? NO_HEADERS : sessionCookie(request, services, sessionId));
};

/** `POST /api/v1/users/:id/password_reset`: a link for one use, with which the user chooses a new password. */
export const makeLink: Handler = async (request, { passwords }) => {
  const { url, expiresAt } = found(await passwords.makeLink(request.targetUserId(), request));
  return json(201, { expires_at: formatTime(expiresAt), url });
};

/** `POST /api/v1/password_reset`: uses a link; every session of the user ends. An invitation signs in. */
export const useLink: Handler = async (request, services) => {
  const fields = (await request.json()) ?? (await request.form());
  const token = required(fields, 'token');
  const next = required(fields, 'new_password');
  if (typeof token !== 'string') throw new HttpError(400, 'token must be a text');
  const { sessionId } = await services.passwords.useLink(token, next, request, services.auth?.sessionKeys(request) ?? []);
  return json(200, {}, sessionId === null ? NO_HEADERS : sessionCookie(request, services, sessionId));
};
