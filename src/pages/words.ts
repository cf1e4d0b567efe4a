import { html } from '../http/html.ts';
import type { Html } from '../http/html.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const DATE = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });

/** What the operations say to programs, as a person is told it. */
const FOR_PERSONS: readonly (readonly [pattern: RegExp, text: string])[] = [
  [/^password must be at least (\d+) characters.*$/, 'Choose at least $1 characters.'],
  [/^password must not be one of the commonest.*$/, 'This password is one of the most used. Choose another.'],
  [/^password must be at most.*$/, 'Choose a shorter one: at most 1,024 bytes.'],
  [/^email must be an address.*$/, 'Enter an email with one @ and no spaces, such as mia@example.com.'],
  [/^groups must be a list.*$/, 'Enter names such as staff, ops: at most 64 of a–z, 0–9, dots, dashes and underscores each.'],
  [/^(\w+) already exists$/, 'Another user has this $1.'],
  [/^wrong password$/, 'This is not your current password.'],
];

/** @param message of an error, as a rule without a capital and a full stop */
export function sentence(message: string): string {
  const known = FOR_PERSONS.find(([pattern]) => pattern.test(message));
  if (known !== undefined) return message.replace(...known);
  const words = message.replaceAll('_', ' ');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${words.endsWith('.') ? '' : '.'}`;
}

/** A time as people say it, with the exact one. @param time milliseconds since the epoch, as `now` */
export function when(time: number, now: number): Html {
  const exact = new Date(time).toISOString();
  const shown = `${exact.slice(0, 10)} ${exact.slice(11, 16)} UTC`;
  const isFar = Math.abs(time - now) >= 30 * DAY_MS;
  return html`<time datetime="${exact}" title="${shown}">${isFar ? `on ${DATE.format(time)}` : fromNow(time - now)}</time>`;
}

/** Such as `2 hours ago`, `yesterday`, `in 12 minutes`. @param ms from now */
export function fromNow(ms: number): string {
  const distance = Math.abs(ms);
  if (distance < MINUTE_MS) return ms > 0 ? 'in a minute' : 'just now';
  if (distance < HOUR_MS) return RELATIVE.format(Math.trunc(ms / MINUTE_MS), 'minute');
  if (distance < DAY_MS) return RELATIVE.format(Math.trunc(ms / HOUR_MS), 'hour');
  return RELATIVE.format(Math.trunc(ms / DAY_MS), 'day');
}
