import { html } from '../http/html.ts';
import type { Html } from '../http/html.ts';
import { fromNow } from '../web/words.ts';

const FAR_MS = 30 * 24 * 3_600_000;
const DATE = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });

/** A time as people say it, with the exact one. @param time milliseconds since the epoch, as `now` */
export function when(time: number, now: number): Html {
  const exact = new Date(time).toISOString();
  const said = Math.abs(time - now) < FAR_MS ? fromNow(time - now) : `on ${DATE.format(time)}`;
  return html`<time datetime="${exact}" title="${exact.slice(0, 16).replace('T', ' ')} UTC">${said}</time>`;
}
