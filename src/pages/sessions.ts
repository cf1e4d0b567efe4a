import type { SessionEntry } from '../accounts/session-entry.ts';
import { clientName } from '../http/user-agent.ts';
import type { User } from '../models/user.ts';
import { sessionCookie } from '../web/session-cookie.ts';
import { bdi, html } from '../http/html.ts';
import type { Html } from '../http/html.ts';
import { page } from './layout.ts';
import { sessionsOf } from '../web/found.ts';
import type { PageHandler, View } from './view.ts';

/** Where the user is signed in, with a button at each to end it. */
export async function sessionCard(view: View, user: User): Promise<Html> {
  const entries = await sessionsOf(view.services).list(user.id);
  const isOwn = user.id === view.user.id;
  const canEndAll = entries.filter((entry) => !isCurrent(entry, view)).length > (isOwn ? 0 : 1);
  return html`<section class="card" id="sessions">
<h2>${view.home === '/account' ? 'Where you are signed in' : 'Where this user is signed in'}</h2>
${entries.length === 0 && html`<p class="soft">Nowhere. Each sign-in is listed here until it ends.</p>`}
<ul class="list-of">${entries.map((entry) => html`<li><div>${describe(entry, view)}</div>
${!isCurrent(entry, view) && view.form(`${view.home}/sessions/${entry.handle}/end`, endLabel(entry), 'danger')}</li>`)}</ul>
${canEndAll && html`<p>${view.link(`${view.home}/sessions/end`, isOwn ? 'End all but this one' : 'End all', 'danger')}</p>`}
</section>`;
}

/** Each button says which one it ends, to who hears the page too. */
function endLabel(entry: SessionEntry): Html {
  return html`End<span class="unseen"> ${nameOf(entry)}</span>`;
}

function isCurrent({ session }: SessionEntry, { request }: View): boolean {
  return session.id === request.currentSession?.id;
}

function nameOf({ session }: SessionEntry): string {
  return clientName(session.client.userAgent ?? '') ?? 'Unknown browser';
}

function describe(entry: SessionEntry, view: View): Html {
  const { session, endsAt } = entry;
  return html`<strong title="${session.client.userAgent ?? ''}">${nameOf(entry)}</strong>
${isCurrent(entry, view) && html`<span class="tag good">this one</span>`}
<p class="soft">${session.client.address ?? 'unknown address'} · signed in ${view.when(session.createdAt)} ·
used ${view.when(session.lastSeenAt)} · ${endsAt === null ? 'does not end by itself' : html`ends ${view.when(endsAt)}`}</p>`;
}

/** `GET …/sessions/:handle/end` and `GET …/sessions/end`: asks once more, also where a sign-in came between. */
export const askEndSessions: PageHandler = async (view) => {
  const user = await view.owner();
  const handle = view.request.parameter('handle');
  const isMeant = (entry: SessionEntry): boolean => (handle === '' ? !isCurrent(entry, view) : entry.handle === handle);
  const entries = (await sessionsOf(view.services).list(user.id)).filter(isMeant);
  const action = `${view.home}/sessions/${handle === '' ? '' : `${encodeURIComponent(handle)}/`}end`;
  const title = handle === '' ? 'End these sign-ins?' : 'End this sign-in?';
  return page(view, title, html`<p>${bdi(user.email)} will be signed out here:</p>
${entries.length === 0 && html`<p class="soft">Nowhere: it has ended.</p>`}
<ul class="list-of">${entries.map((entry) => html`<li><div>${describe(entry, view)}</div></li>`)}</ul>
<div class="buttons">${entries.length > 0 && view.form(action, 'End', 'danger')}${view.link(view.home, 'Back')}</div>`);
};

/** `POST …/sessions/:handle/end` and `POST …/sessions/end`: ends one, or every one but the session that asks. */
export const endSessions: PageHandler = async (view) => {
  const { request, services, ownerId } = view;
  const own = request.currentSession?.id ?? null;
  const handle = request.parameter('handle');
  const one = handle === '' ? null : await sessionsOf(view.services).endOne(ownerId, handle, request);
  if (handle === '') await sessionsOf(view.services).endAll(ownerId, own, request);
  return view.go(`${view.home}?done=ended`, one !== null && one.id === own ? sessionCookie(request, services, null) : []);
};
