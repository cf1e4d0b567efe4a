import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkedGroups } from '../../src/accounts/groups.ts';
import { messageOf } from '../../src/errors.ts';
import { checkedEmail, checkedName } from '../../src/models/user-input.ts';
import { passwordProblem } from '../../src/security/password-policy.ts';
import { fromNow, sentence } from '../../src/web/words.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

for (const [ms, text] of [
  [0, 'just now'],
  [-59_999, 'just now'],
  [-MINUTE, '1 minute ago'],
  [-119 * 1000, '1 minute ago'],
  [-2 * HOUR, '2 hours ago'],
  [-DAY, 'yesterday'],
  [-3 * DAY, '3 days ago'],
  [1, 'in a minute'],
  [MINUTE, 'in 1 minute'],
  [12 * MINUTE, 'in 12 minutes'],
  [HOUR, 'in 1 hour'],
  [DAY, 'tomorrow'],
  [7 * DAY - 1000, 'in 7 days'],
] as const) {
  test(`fromNow(${ms}) is ${text}`, () => assert.equal(fromNow(ms), text));
}

function messageThrownBy(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return messageOf(error);
  }
  return assert.fail('nothing was thrown');
}

// The messages come from where they are made: one that is worded anew there shows here.
for (const [message, text] of [
  [passwordProblem('short', 8), 'Choose at least 8 characters.'],
  [passwordProblem('password1', 8), 'This password is one of the most used. Choose another.'],
  [passwordProblem('a'.repeat(1_025), 8), 'Choose a shorter one: at most 1,024 bytes.'],
  [messageThrownBy(() => checkedEmail('a b')), 'Enter an email with one @ and no spaces, such as mia@example.com.'],
  [messageThrownBy(() => checkedName('first_name', 'a'.repeat(201))), 'First name must be at most 200 characters long.'],
  [
    messageThrownBy(() => checkedGroups(['No'])),
    'Enter names such as staff, ops: at most 64 of a–z, 0–9, dots, dashes and underscores each.',
  ],
  ['email already exists', 'Another user has this email.'],
  ['wrong password', 'This is not your current password.'],
  ['Enter your email.', 'Enter your email.'],
] as const) {
  test(`sentence() says ${text}`, () => assert.equal(sentence(message ?? ''), text));
}
