import { formatTime } from '../models/base.ts';
import type { Models } from '../models/repositories.ts';
import { ACTIVE_ADMINISTRATOR } from '../models/user.ts';
import type { User } from '../models/user.ts';
import { CommandError } from './operation.ts';
import type { Operation, Operations } from './operation.ts';
import { isFlag, isText, listOf, orNull, record } from './shape.ts';
import type { Guarded } from './shape.ts';

/** A user as commands show one: the names and times of the API, and what only the operator sees. */
export const isUserEntry = record({
  id: isText,
  email: isText,
  first_name: orNull(isText),
  last_name: orNull(isText),
  groups: listOf(isText),
  created_at: isText,
  updated_at: isText,
  /** Whether a password is set: who was invited has none yet. */
  has_password: isFlag,
});
export type UserEntry = Guarded<typeof isUserEntry>;

export function entryOf(user: User): UserEntry {
  const { id, email, firstName, lastName, groups, passwordHash } = user;
  return {
    id,
    email,
    first_name: firstName,
    last_name: lastName,
    groups,
    created_at: formatTime(user.createdAt),
    updated_at: formatTime(user.updatedAt),
    has_password: passwordHash !== null,
  };
}

/** What a command says of a change to accounts. */
export const isChange = record({
  user: isUserEntry,
  /** Whether somebody can sign in and administer afterwards. */
  has_administrator: isFlag,
});

export async function changeOf(user: User, { database }: Operations): Promise<Guarded<typeof isChange>> {
  const administrators = await database.users.search({ administrator: ACTIVE_ADMINISTRATOR });
  return { user: entryOf(user), has_administrator: administrators.length > 0 };
}

/** What to tell where nobody is left. */
export const NO_ADMINISTRATOR =
  'nobody who can sign in is an administrator any more: make one with user groups EMAIL +admins';

/** @throws {CommandError} there is no such user */
export async function userByEmail(email: string, { users }: Pick<Models, 'users'>): Promise<User> {
  const [user] = await users.search({ email });
  return existing(user ?? null, email);
}

/** @throws {CommandError} the user was removed meanwhile */
export function existing<T>(found: T | null, email: string): T {
  if (found === null) throw new CommandError(`no user found for ${JSON.stringify(email)}`);
  return found;
}

/** The user with an email, or null. */
export const findUser: Operation<{ readonly email: string }, UserEntry | null> = {
  name: 'user.find',
  isInput: record({ email: isText }),
  isResult: orNull(isUserEntry),
  async perform({ email }, { database }) {
    const [user] = await database.users.search({ email });
    return user === undefined ? null : entryOf(user);
  },
};
