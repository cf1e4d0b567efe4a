import type { Store } from '../storage/store.ts';
import { USER_SESSIONS } from './user-session.ts';
import type { UserSessions } from './user-session.ts';
import { USERS } from './user.ts';
import type { Users } from './user.ts';

/** The repository of each model. */
export interface Repositories {
  readonly users: Users;
  readonly userSessions: UserSessions;
}

/**
 * Declares every model in a store; before it is opened.
 *
 * @returns their repositories, of use once the store is open
 */
export function declareModels(store: Pick<Store, 'collection'>): Repositories {
  return { users: store.collection(USERS), userSessions: store.collection(USER_SESSIONS) };
}
