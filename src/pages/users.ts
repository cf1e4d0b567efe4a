import { searchUsers } from '../accounts/user-search.ts';
import type { User } from '../models/user.ts';
import { bdi, html } from '../http/html.ts';
import type { Html } from '../http/html.ts';
import { page } from './layout.ts';
import { tags } from './user-fields.ts';
import type { PageHandler, View } from './view.ts';

/** Users on one page. */
const PAGE_LENGTH = 50;

/** `GET /users`: the users, the oldest first, or those whose email holds what is looked for. */
export const listUsers: PageHandler = async (view) => {
  const { query } = view.request;
  const wanted = (query.get('email') ?? '').trim();
  const { users, next } = await searchUsers(view.services.users, wanted, query.get('after'), PAGE_LENGTH);
  const going = `/users?email=${encodeURIComponent(wanted)}&after=${encodeURIComponent(next ?? '')}`;
  const none = wanted === '' ? 'No more users.' : html`No email holds “${bdi(wanted)}”${next !== null && ' so far'}.`;
  return page(view, 'Users', html`<div class="above"><form role="search" action="${view.path('/users')}">
<label for="email">Search by email</label>
<div class="joined"><input id="email" name="email" type="search" value="${wanted}" dir="auto" autocomplete="off"
 spellcheck="false" autocapitalize="none"><button>Search</button></div></form>
${view.link('/users/new', 'Add a user', 'main')}</div>
<section class="card" aria-label="List of users">
${users.length === 0 && html`<p class="soft">${none}</p>`}
<ul class="list-of">${users.map((user) => row(user, view))}</ul>
</section>
<div class="buttons">${(wanted !== '' || query.has('after')) && view.link('/users', wanted === '' ? 'First page' : 'All users')}
${next !== null && view.link(going, wanted === '' ? 'Next page' : 'Look further')}</div>`, { width: 'list' });
};

function row(user: User, view: View): Html {
  const name = user.displayName();
  const isInvited = user.passwordHash === null;
  return html`<li><div><a href="${view.path(`/users/${encodeURIComponent(user.id)}`)}">${bdi(name)}</a>${tags(user)}
<p class="soft">${name !== user.email && bdi(user.email)}${name !== user.email && isInvited && ' · '}${
    isInvited && 'no password chosen yet'
  }</p></div></li>`;
}
