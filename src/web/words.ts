const MINUTE_MS = 60_000;

const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** The messages that operations give to programs, worded for a person. */
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
  // Names of fields become words; those of settings stay.
  const words = message.replace(/(?<=[a-z])_(?=[a-z])/g, ' ');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${words.endsWith('.') ? '' : '.'}`;
}

const UNITS = [
  ['day', 24 * 60 * MINUTE_MS],
  ['hour', 60 * MINUTE_MS],
  ['minute', MINUTE_MS],
] as const;

/** Such as `2 hours ago`, `yesterday`, `in 12 minutes`. @param ms from now */
export function fromNow(ms: number): string {
  for (const [unit, length] of UNITS) {
    // The past is rounded down, the future to the nearest unit.
    if (Math.abs(ms) >= length) return RELATIVE.format(ms < 0 ? Math.ceil(ms / length) : Math.round(ms / length), unit);
  }
  return ms > 0 ? 'in a minute' : 'just now';
}
