import type { User } from '../models/user.ts';
import { isFresh } from '../web/gate.ts';
import { bdi, html } from '../http/html.ts';
import type { Html } from '../http/html.ts';
import { page } from './layout.ts';
import { showLink } from './new-user.ts';
import { sessionCard } from './sessions.ts';
import { groupsField, nameFields, tags, typedGroups, typedNames } from './user-fields.ts';
import { found } from '../web/found.ts';
import { submitting } from './view.ts';
import type { PageHandler, Typed, View } from './view.ts';

/** `GET /users/:id`: what an administrator may see and change of a user. */
export const showUser: PageHandler = async (view) => {
  const user = await view.owner();
  const isInvited = user.passwordHash === null;
  return page(view, 'User', html`<section class="card" id="names-form">
<h2>Name</h2>
${view.form(`${view.home}/names`, 'Save the name', 'plain', nameFields(view, user))}
</section>
<section class="card" id="email-form">
<h2>Email and groups</h2>
${isFresh(view.request, view.services) ? emailAndGroups(view, user) : signInFirst(view, user)}
</section>
${await sessionCard(view, user)}
<section class="card" id="link-form">
<h2>Password</h2>
<p>${isInvited ? 'No password chosen yet.' : 'Forgotten? A link lets the user set a new one; the old one works until then.'}</p>
${view.form(`${view.home}/link`, isInvited ? 'Make a new invitation' : 'Make a link')}
</section>
<section class="card">
<h2>Remove</h2>
<p>The account and all its sign-ins end.</p>
<p>${view.link(`${view.home}/remove`, 'Remove this user', 'danger')}</p>
</section>`, { width: 'account', heading: bdi(user.displayName()) });
};

function emailAndGroups(view: View, user: User): Html {
  const hint = 'The user signs in with it, and applications know the user by it. Nothing is sent to it.';
  const email = view.field('email', 'Email', 'off', { value: user.email, hint, isEmail: true });
  return html`${view.form(`${view.home}/email`, 'Save the email', 'plain', email)}
${view.form(`${view.home}/groups`, 'Save the groups', 'plain', groupsField(view, user.groups))}`;
}

/** What would be typed into the forms would be lost on the way to the sign-in, which comes first. */
function signInFirst(view: View, user: User): Html {
  return html`<p><strong>${bdi(user.email)}</strong>${tags(user)}</p>
<p class="soft">To change these takes a sign-in of the last minutes.</p>
<p>${view.link(`/login?rd=${encodeURIComponent(view.home)}`, 'Sign in again')}</p>`;
}

/** `POST /users/:id/names`. */
export const changeNames = changing(({ services, ownerId }, typed) =>
  services.accounts.changeNames(ownerId, typedNames(typed)),
);

/** `POST /users/:id/email`. */
export const changeEmail = changing(({ services, request, ownerId }, typed) =>
  services.accounts.changeEmail(ownerId, (typed.get('email') ?? '').trim(), request),
);

/** `POST /users/:id/groups`. */
export const changeGroups = changing(({ services, request, ownerId }, typed) =>
  services.accounts.changeGroups(ownerId, () => typedGroups(typed), request),
);

function changing(change: (view: View, typed: Typed) => Promise<User | null>): PageHandler {
  return submitting(showUser, async (view, typed) => {
    found(await change(view, typed));
    return view.go(`${view.home}?done=saved`);
  });
}

/** `POST /users/:id/link`: makes a link for one use. */
export const makeLink = submitting(showUser, async (view) => {
  const user = await view.owner();
  return showLink(view, user, found(await view.services.passwords.makeLink(user.id, view.request)));
});

/** `GET /users/:id/remove`: asks once more. */
export const askRemove: PageHandler = async (view) => {
  const user = await view.owner();
  return page(view, 'Remove this user?', html`<p><strong>${bdi(user.displayName())}</strong> (${bdi(user.email)})
cannot sign in from then on. This cannot be undone.</p>
<div class="buttons">${view.form(`${view.home}/remove`, 'Remove', 'danger')}${view.link(view.home, 'Keep')}</div>`);
};

/** `POST /users/:id/remove`. */
export const removeUser = submitting(askRemove, async (view) => {
  found(await view.services.accounts.remove(view.ownerId, view.request));
  return view.go('/users?done=removed');
});
