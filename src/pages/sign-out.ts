import { sessionCookie } from '../web/session-cookie.ts';
import { html } from '../http/html.ts';
import { page } from './layout.ts';
import type { PageHandler } from './view.ts';

/** `GET /logout`: asks, since to look at a page changes nothing. Applications can link here. */
export const askSignOut: PageHandler = (view) =>
  page(view, 'Sign out?', html`<p>To come back takes your email and password.</p>
<div class="buttons">${view.form('/logout', 'Sign out', 'main')}${view.link('/account', 'Stay signed in')}</div>`);

/** `POST /logout`: ends the session, and clears the cookie of one that is over. */
export const signOut: PageHandler = async (view) => {
  const { request, services } = view;
  await services.auth?.destroySession(request);
  return view.go('/signed-out', sessionCookie(request, services, null));
};

/** `GET /signed-out`. */
export const showSignedOut: PageHandler = (view) =>
  page(view, 'You are signed out', html`<p>If others use this computer, close the browser too.</p>
<p>${view.link('/login', 'Sign in', 'main')}</p>`);
