import { HttpError } from '../../../http/http-error.ts';
import { json } from '../../../http/respond.ts';
import { typedEmail } from '../../../models/user-input.ts';
import type { Handler } from '../../../web/request.ts';
import { found, sessionsOf } from '../../../web/found.ts';
import { sessionCookie } from '../../../web/session-cookie.ts';
import { showUser } from './show-user.ts';

/** `POST /api/v1/auth_session/login`: verifies email and password, and makes a session (tutorial task 7). */
export const login: Handler = async (request, services) => {
  const sessions = sessionsOf(services);
  const fields = (await request.json()) ?? (await request.form());
  const given = fields.get('email') ?? '';
  const email = typeof given === 'string' ? typedEmail(given) : given;
  const password = fields.get('password') ?? '';
  if (email === '') throw new HttpError(400, 'email missing');
  if (password === '') throw new HttpError(400, 'password missing');
  if (typeof email !== 'string') throw new HttpError(400, 'email must be a text');
  if (typeof password !== 'string') throw new HttpError(400, 'password must be a text');

  const result = await services.signIn.signIn(sessions, email, password, request, found(services.auth).sessionKeys(request));
  if (result.user === null) {
    if (result.failure === 'unknown_email') throw new HttpError(404, 'no user found for this email');
    throw new HttpError(401, 'wrong password');
  }
  return showUser(200, result.user, sessionCookie(request, services, result.sessionId));
};

/** `DELETE /api/v1/auth_session/logout`: ends the session (tutorial task 8). */
export const logout: Handler = async (request, services) => {
  const { auth } = services;
  if (auth === null || !(await auth.destroySession(request))) throw new HttpError(404);
  return json(200, {}, sessionCookie(request, services, null));
};
