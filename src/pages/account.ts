import { InvalidValueError } from '../errors.ts';
import { sessionCookie } from '../web/session-cookie.ts';
import { bdi, html } from '../http/html.ts';
import { page } from './layout.ts';
import { sessionCard } from './sessions.ts';
import { nameFields, tags, typedNames } from './user-fields.ts';
import { submitting } from './view.ts';
import type { PageHandler } from './view.ts';

/** `GET /account`: what the user may see and change of the own account. */
export const showAccount: PageHandler = async (view) => {
  const { user } = view;
  const passwords = html`${view.hiddenUsername(user.email)}${view.field('current_password', 'Current password', 'current-password')}
${view.newPassword()}
<p class="soft">All other sign-ins end.</p>`;
  return page(view, 'Your account', html`<section class="card" id="names-form">
<h2>Who you are</h2>
<p>You sign in as <strong>${bdi(user.email)}</strong>.${tags(user)}</p>
${view.form('/account/names', 'Save the name', 'plain', nameFields(view, user, true))}
</section>
${await sessionCard(view, user)}
<section class="card" id="password-form">
<h2>Change your password</h2>
${view.form('/account/password', 'Change password', 'main', passwords)}
</section>`, { width: 'account' });
};

/** `POST /account/names`. */
export const changeOwnNames = submitting(showAccount, async (view, typed) => {
  await view.services.accounts.changeNames(view.user.id, typedNames(typed));
  return view.go('/account?done=saved');
});

/** `POST /account/password`: every other session ends, and this one goes on under a new id. */
export const changePassword = submitting(showAccount, async (view, typed) => {
  const { request, services, user } = view;
  const current = typed.get('current_password') ?? '';
  if (current === '') throw new InvalidValueError('current_password', 'Enter your current password.');
  const isInSession = request.currentSession !== null;
  const sessionId = await services.passwords.change(user, current, typed.get('password') ?? '', request, isInSession);
  return view.go('/account?done=password', sessionCookie(request, services, sessionId));
});
