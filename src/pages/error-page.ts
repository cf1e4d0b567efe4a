import { HttpError } from '../http/http-error.ts';
import type { Answer } from '../http/respond.ts';
import { errorHeaders } from '../web/error-answer.ts';
import type { WebRequest } from '../web/request.ts';
import type { Services } from '../web/services.ts';
import { SignInNeeded } from '../web/sign-in-needed.ts';
import { html } from '../http/html.ts';
import { page } from './layout.ts';
import { View } from './view.ts';
import { sentence } from '../web/words.ts';

const TEXTS: ReadonlyMap<number, readonly [title: string, text: string]> = new Map([
  [403, ['You may not open this page', 'It is for administrators. If it should be open to you, ask one of them.']],
  [404, ['Nothing is here', 'The address may be mistyped, or what was here is gone.']],
  [405, ['That did not work', 'This address does not take what was sent. Go back and try again.']],
  [429, ['Too many tries', 'Too many tries from here. Try again later.']],
  [500, ['Something went wrong', 'It is our fault, and it has been noted. Try again in a minute.']],
  [503, ['Not available right now', 'Nothing was changed. Try again in a minute.']],
]);

/** An error as a person reads it; where a sign-in would help, the way there and back. */
export function showErrorPage(request: WebRequest, error: HttpError, services: Services): Answer {
  const view = new View(request, services);
  if (error instanceof SignInNeeded) {
    return view.go(`/login?rd=${encodeURIComponent(whereTo(request))}`, error.headers);
  }
  const { status, message, headers } = error;
  const [title, text] = TEXTS.get(status) ?? ['That did not work', 'Go back and try again.'];
  const hasOwnText = !TEXTS.has(status) || message !== new HttpError(status).message;
  const requestId = headers.find(([name]) => name === 'X-Request-Id')?.[1];
  const options = { status, headers: errorHeaders(error, services.challenge) };
  return page(view, title, html`<p>${hasOwnText ? sentence(message) : text}</p>
${requestId !== undefined && html`<p class="soft">For an administrator: number ${requestId} in the log.</p>`}
${services.auth?.sessions != null && html`<p>${view.link('/account', 'Go to your account')}</p>`}`, options);
}

/** The page that was asked for, by its path on this server. */
function whereTo({ target, query }: WebRequest): string {
  const path = (target.path ?? '/').split('/').map(encodeURIComponent).join('/');
  return query.size === 0 ? path : `${path}?${query}`;
}
