import { Content } from '../http/content.ts';
import { html } from '../http/html.ts';
import type { Html } from '../http/html.ts';
import { NO_HEADERS } from '../http/respond.ts';
import type { Answer, HeaderList } from '../http/respond.ts';
import { isAdministrator } from '../models/user.ts';
import { contentSecurityPolicy } from '../security/content-security-policy.ts';
import { ICON_PATH, STYLE_PATH } from './assets.ts';
import type { View } from './view.ts';

export interface PageOptions {
  /** Absent: one card with one thing to do. */
  readonly width?: 'account' | 'list';
  /** In place of the title, where users typed it: a title has no markup for the direction of writing. */
  readonly heading?: Html;
  readonly status?: number;
  readonly headers?: HeaderList;
  /** Another origin to which the page's form may lead. */
  readonly leadsTo?: string | null;
  /** Below the card. */
  readonly note?: Html | null;
}

/** What the last form has done: the page after it names it in its query. */
const DONE: ReadonlyMap<string, string> = new Map([
  ['saved', 'Saved.'],
  ['password', 'Your password is changed. You are signed out everywhere else.'],
  ['welcome', 'Your password is set, and you are signed in.'],
  ['reset', 'Your new password is set. Sign in with it.'],
  ['ended', 'Ended.'],
  ['added', 'The user is added, and can sign in.'],
  ['removed', 'The user is removed.'],
]);

/** An answer with a page. @param body what follows the heading */
export function page(view: View, title: string, body: Html, options: PageOptions = {}): Answer {
  const { width = 'one', heading = title, leadsTo = null, note = null } = options;
  const { status = 200, headers = NO_HEADERS } = view.refusal ?? options;
  const { publicUrl } = view.services.config;
  const host = publicUrl === null ? (view.request.host ?? 'this server') : new URL(publicUrl).host;
  const main = html`<h1>${heading}</h1>
${outcome(view)}
${body}`;
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${view.refusal !== null && 'Error: '}${title} – ${host}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="stylesheet" href="${view.path(STYLE_PATH)}">
<link rel="icon" href="${view.path(ICON_PATH)}">
</head>
<body class="${width}">
${bar(view, host)}
<main>${width === 'one' ? html`<div class="card">${main}</div>` : main}${note}</main>
</body>
</html>
`;
  const content = new Content(document.text, 'text/html; charset=utf-8');
  return { status, content, headers: [['Content-Security-Policy', contentSecurityPolicy(leadsTo)], ...headers] };
}

/** What a form has done; of one that was refused why: it has the focus, and leads to the field. */
function outcome({ request, refusal }: View): Html | null {
  const done = DONE.get(request.query.get('done') ?? '');
  if (refusal === null) return done === undefined ? null : html`<p class="done" role="status">${done}</p>`;
  const { text, field } = refusal;
  return html`<div class="refused" role="alert" tabindex="-1" autofocus><h2>That did not work</h2>
<p>${field === null ? text : html`<a href="#${field}">${text}</a>`}</p></div>`;
}

function bar(view: View, host: string): Html | null {
  const { currentUser, target } = view.request;
  if (currentUser === null) return null;
  const tab = (path: string, name: string): Html =>
    html`<a href="${view.path(path)}"${target.path?.startsWith(path) === true && html` aria-current="true"`}>${name}</a>`;
  return html`<header><a class="host" href="${view.path('/account')}">${host}</a>${view.form('/logout', 'Sign out')}
${isAdministrator(currentUser) && html`<nav aria-label="Pages">${tab('/account', 'Account')}${tab('/users', 'Users')}</nav>`}</header>`;
}
