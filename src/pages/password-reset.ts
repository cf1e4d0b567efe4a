import { HttpError } from '../http/http-error.ts';
import { sessionCookie } from '../web/session-cookie.ts';
import { bdi, html } from '../http/html.ts';
import { page } from './layout.ts';
import { submitting } from './view.ts';
import type { PageHandler, View } from './view.ts';

/** `GET /password-reset/:token`: the form. To look does not use the link up: scanners of mail fetch links. */
export const showReset: PageHandler = async (view) => {
  const token = view.request.parameter('token');
  const user = await passwordsOf(view).userOfLink(token, view.request);
  const isInvited = user.passwordHash === null;
  const fields = html`${view.hiddenUsername(user.email)}${view.newPassword()}`;
  const title = isInvited ? 'Choose a password' : 'Set a new password';
  return page(view, title, html`<p>For <strong>${bdi(user.email)}</strong>.${!isInvited && ' All sign-ins so far end.'}</p>
${view.form(`/password-reset/${encodeURIComponent(token)}`, 'Set the password', 'main', fields)}`);
};

/** `POST /password-reset/:token`: sets the password. An invitation signs in. */
export const useReset = submitting(showReset, async (view, typed) => {
  const { request, services } = view;
  const token = request.parameter('token');
  const { sessionId } = await passwordsOf(view).useLink(token, typed.get('password') ?? '', request, services.auth?.sessionKeys(request) ?? []);
  if (sessionId !== null) return view.go('/account?done=welcome', sessionCookie(request, services, sessionId));
  return view.go(services.auth?.sessions == null ? '/password-reset' : '/login?done=reset');
});

/** `GET /password-reset`: after it, where there is no page to sign in. */
export const showResetDone: PageHandler = (view) => {
  passwordsOf(view);
  return page(view, 'Passwords', html`<p>A password set by a link works from then on. For a link, ask an administrator.</p>`);
};

function passwordsOf({ services }: View) {
  const { authType } = services.config;
  if (authType === 'none' || authType === 'auth') throw new HttpError(404);
  return services.passwords;
}
