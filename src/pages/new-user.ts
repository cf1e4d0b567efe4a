import type { Link } from '../accounts/link.ts';
import { bdi, html } from '../http/html.ts';
import type { Answer } from '../http/respond.ts';
import type { User } from '../models/user.ts';
import { assertMayAddTo } from '../web/gate.ts';
import { page } from './layout.ts';
import { groupsField, nameFields, typedGroups, typedNames } from './user-fields.ts';
import { found } from '../web/found.ts';
import { submitting } from './view.ts';
import type { PageHandler, View } from './view.ts';

/** `GET /users/new`. */
export const showNewUser: PageHandler = (view) => {
  const hint = 'Leave it empty to get a link, with which the person chooses one.';
  const fields = html`${view.field('email', 'Email', 'off', { isEmail: true })}
${nameFields(view, null)}
${groupsField(view, view.services.config.defaultGroups)}
${view.field('password', 'Password (optional)', 'new-password', { hint })}`;
  return page(view, 'Add a user', html`${view.form('/users/new', 'Add the user', 'main', fields)}
<p>${view.link('/users', 'Back to the users')}</p>`);
};

/** `POST /users/new`: makes a user, with a password, or with a link to choose one. */
export const addUser = submitting(showNewUser, async (view, typed) => {
  const { accounts, passwords } = view.services;
  const input = { ...typedNames(typed), email: (typed.get('email') ?? '').trim(), groups: typedGroups(typed) };
  assertMayAddTo(input.groups, view.request, view.services);
  const password = typed.get('password') ?? '';
  if (password !== '') {
    const { id } = await accounts.create(input, password, view.request);
    return view.go(`/users/${encodeURIComponent(id)}?done=added`);
  }
  const { user, link } = found(await passwords.invite(input, view.request));
  return showLink(view, user, link);
});

/**
 * Shows a link for one use, once. As the answer to the form itself: a page after it would have to get the
 * link from an address or a cookie, where it could be read again.
 */
export function showLink(view: View, user: User, { url, expiresAt }: Link): Answer {
  const title = user.passwordHash === null ? 'An invitation' : 'A link for a new password';
  return page(view, title, html`<section class="card">
<p>Hand this link to ${bdi(user.email)}. It was not sent to anybody, and is not shown again.</p>
${view.field('link', 'Link', 'off', { value: url, isReadOnly: true, hasFocus: true })}
<p class="soft">Good for one use, and ends ${view.when(expiresAt)}. Any earlier link has ended.</p>
<p>${view.link(`/users/${encodeURIComponent(user.id)}`, 'To the user')}</p></section>`, { status: 201, width: 'account' });
}
