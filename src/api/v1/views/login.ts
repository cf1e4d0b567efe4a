import type { CookieSecure } from '../../../config.ts';
import { serializeCookie } from '../../../http/cookie.ts';
import { HttpError } from '../../../http/http-error.ts';
import { json } from '../../../http/respond.ts';
import { typedEmail } from '../../../models/user-input.ts';
import type { SessionAuth } from '../auth/session-auth.ts';
import type { ApiRequest, Handler } from '../../../web/request.ts';
import { showUser } from './users.ts';

/** Browsers keep no cookie longer (RFC 6265bis section 5.5). */
const MAX_COOKIE_AGE_SECONDS = 400 * 24 * 60 * 60;

/** Names that browsers take from a Secure cookie only, without regard to case (RFC 6265bis section 4.1.3). */
const SECURE_NAME = /^__(?:Host|Secure)-/i;

/** `POST /api/v1/auth_session/login`: verifies email and password, and makes a session (tutorial task 7). */
export function login(auth: SessionAuth, cookieSecure: CookieSecure): Handler {
  return async (request, { users, signIn, securityLog }) => {
    const form = await request.form();
    const email = typedEmail(form.get('email') ?? '');
    const password = form.get('password') ?? '';
    if (email === '') throw new HttpError(400, 'email missing');
    if (password === '') throw new HttpError(400, 'password missing');

    const result = await signIn.verify(email, password, request.address, 'session');
    if (result.user === null) {
      if (result.failure === 'unknown_email') throw new HttpError(404, 'no user found for this email');
      throw new HttpError(401, 'wrong password');
    }
    // Always a new id, and never two at once: a session id that someone planted before is worth nothing (session
    // fixation; OWASP ASVS 5.0, 7.2.4).
    const previous = await auth.currentUser(request);
    const [sessionId] = await Promise.all([auth.createSession(result.user.id), auth.destroySession(request)]);
    if (previous !== null) securityLog.signedOut({ address: request.address, userId: previous.id });

    const user = await users.get(result.user.id);
    if (sessionId === null || user === null) {
      // Deleted while the password was verified: the session must not outlive the user.
      await auth.destroySession({ headers: { cookie: `${auth.sessionName}=${sessionId}` } });
      throw new HttpError(404, 'no user found for this email');
    }
    return showUser(200, user, [['Set-Cookie', sessionCookie(auth, cookieSecure, request, sessionId)]]);
  };
}

/** `DELETE /api/v1/auth_session/logout`: ends the session (tutorial task 8). */
export function logout(auth: SessionAuth, cookieSecure: CookieSecure): Handler {
  return async (request, { securityLog }) => {
    if (!(await auth.destroySession(request))) throw new HttpError(404);
    if (request.currentUser !== null) {
      securityLog.signedOut({ address: request.address, userId: request.currentUser.id });
    }
    return json(200, {}, [['Set-Cookie', sessionCookie(auth, cookieSecure, request, null)]]);
  };
}

/**
 * The `Set-Cookie` of a session.
 *
 * - HttpOnly: no script reads it, not even one that an attacker got into the page.
 * - SameSite=Lax: no other site's form or script sends it along; a link from elsewhere still does.
 * - Secure: never in clear, where the client came over TLS.
 *
 * @param sessionId null: clear the cookie, with the attributes that it was set with
 */
function sessionCookie(
  auth: SessionAuth,
  cookieSecure: CookieSecure,
  request: ApiRequest,
  sessionId: string | null,
): string {
  const lifetimeSeconds = sessionId === null ? 0 : auth.sessionLifetimeSeconds;
  const isSecure = cookieSecure === 'auto' ? request.isSecure : cookieSecure === 'true';
  return serializeCookie(auth.sessionName, sessionId ?? '', {
    path: '/',
    httpOnly: true,
    sameSite: 'Lax',
    secure: isSecure || SECURE_NAME.test(auth.sessionName),
    ...(lifetimeSeconds !== null && { maxAgeSeconds: Math.min(lifetimeSeconds, MAX_COOKIE_AGE_SECONDS) }),
  });
}
