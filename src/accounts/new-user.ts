import { checkedEmail, checkedName } from '../models/user-input.ts';
import { checkedGroups } from './groups.ts';

/** What a new user is made of, as it was given: everything is still to be checked. */
export interface NewUser {
  readonly email: unknown;
  readonly firstName?: unknown;
  readonly lastName?: unknown;
  /** undefined or null: DEFAULT_GROUPS. */
  readonly groups?: unknown;
}

export interface CheckedUser {
  readonly email: string;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly groups: readonly string[];
}

/** @throws {InvalidValueError} a value will not do */
export function checkedUser(input: NewUser, defaultGroups: readonly string[]): CheckedUser {
  return {
    email: checkedEmail(input.email),
    firstName: checkedName('first_name', input.firstName),
    lastName: checkedName('last_name', input.lastName),
    groups: checkedGroups(input.groups ?? defaultGroups),
  };
}
