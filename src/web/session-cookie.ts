import type { CookieSecure } from '../config.ts';
import { serializeCookie } from '../http/cookie.ts';
import type { HeaderList } from '../http/respond.ts';
import type { WebRequest } from './request.ts';
import type { Services } from './services.ts';

/** Browsers keep no cookie longer (RFC 6265bis section 5.5). */
const MAX_COOKIE_AGE_SECONDS = 400 * 24 * 60 * 60;

/** Names that browsers take from a Secure cookie only, without regard to case (RFC 6265bis section 4.1.3). */
const SECURE_NAME = /^__(?:Host|Secure)-/i;

/**
 * The `Set-Cookie` of a session.
 *
 * - HttpOnly: no script reads it, not even one that an attacker got into the page.
 * - SameSite=Lax: no other site's form or script sends it along; a link from elsewhere still does.
 * - Secure: never in clear, where the client came over TLS.
 *
 * @param sessionId null: clear the cookie, with the attributes that it was set with
 */
export function sessionCookie(request: WebRequest, services: Services, sessionId: string | null): HeaderList {
  const { auth, config } = services;
  const durationMs = auth?.sessions?.policy.durationMs ?? null;
  const lifetimeSeconds = sessionId === null ? 0 : durationMs === null ? null : durationMs / 1000;
  const cookie = serializeCookie(config.sessionName, sessionId ?? '', {
    path: '/',
    ...(config.cookieDomain !== null && { domain: config.cookieDomain }),
    httpOnly: true,
    sameSite: 'Lax',
    secure: isSecure(config.cookieSecure, request) || SECURE_NAME.test(config.sessionName),
    ...(lifetimeSeconds !== null && { maxAgeSeconds: Math.min(lifetimeSeconds, MAX_COOKIE_AGE_SECONDS) }),
  });
  return [['Set-Cookie', cookie]];
}

function isSecure(cookieSecure: CookieSecure, request: WebRequest): boolean {
  return cookieSecure === 'auto' ? request.isSecure : cookieSecure === 'true';
}
