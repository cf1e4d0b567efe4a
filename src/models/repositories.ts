import { whenReady } from '../http/awaitable.ts';
import { MemoryStore } from '../storage/memory/memory-store.ts';
import type { Repository, Store } from '../storage/store.ts';
import { userSessionSchema } from './user-session.ts';
import type { SessionPolicy, UserSession, UserSessions } from './user-session.ts';
import { userSchema } from './user.ts';
import type { User, Users } from './user.ts';

/** The repository of each model. */
export interface Models {
  readonly users: Users;
  readonly userSessions: UserSessions;
}

/** The models, and several changes of them in one commit. */
export interface Database extends Models {
  /** See `Store.transaction`. */
  transaction<T>(work: (models: Models) => Promise<T>): Promise<T>;
}

export interface ModelOptions {
  readonly sessionPolicy: SessionPolicy;
  /** Of users that were stored before there were groups. */
  readonly defaultGroups: readonly string[];
}

/**
 * Declares every model in a store; before it is opened.
 *
 * @returns their repositories, of use once the store is open
 */
export function declareModels(
  store: Pick<Store, 'collection' | 'transaction'>,
  { sessionPolicy, defaultGroups }: ModelOptions,
): Database {
  const users = userSchema(defaultGroups);
  const userSessions = userSessionSchema(sessionPolicy, users);
  return {
    users: store.collection(users),
    userSessions: store.collection(userSessions),
    transaction: (work) =>
      store.transaction((transaction) =>
        work({ users: transaction.collection(users), userSessions: transaction.collection(userSessions) }),
      ),
  };
}

/**
 * A database whose sessions are in memory, and its users wherever they were. There a session can be anybody's, also
 * nobody's (tutorial task 2): a user is looked for when the session is used.
 */
export function withSessionsInMemory({ users, transaction }: Database, policy: SessionPolicy): Database {
  const store = new MemoryStore();
  const schema = userSessionSchema(policy, null);
  const join = (sessions: Repository<UserSession, User>, owners: Users): UserSessions => ({
    ...delegate(sessions),
    getWithOwner: (id) =>
      whenReady(sessions.get(id), (model) =>
        model === null
          ? null
          : whenReady(owners.get(model.userId), (owner) => (owner === null ? null : { model, owner })),
      ),
    removeOwned: async (userId, exceptId) => {
      const owned = (await sessions.search({ userId })).filter(({ id }) => id !== exceptId);
      for (const { id } of owned) await sessions.remove(id);
      return owned.length;
    },
  });
  /** Removing a user ends the sessions of that user, as the store's own cascade does. */
  const cascade = (owners: Users, sessions: UserSessions): Users => ({
    ...delegate(owners),
    remove: async (id) => {
      const removed = await owners.remove(id);
      if (removed !== null) await sessions.removeOwned(id, null);
      return removed;
    },
  });
  const userSessions = join(store.collection(schema), users);
  return {
    users: cascade(users, userSessions),
    userSessions,
    transaction: (work) =>
      transaction((models) =>
        store.transaction((inner) => {
          const sessions = join(inner.collection(schema), models.users);
          return work({ users: cascade(models.users, sessions), userSessions: sessions });
        }),
      ),
  };
}

/** The methods of a repository, to be spread into another one. */
function delegate<M extends User | UserSession, O extends User>(repository: Repository<M, O>): Repository<M, O> {
  return {
    all: () => repository.all(),
    page: (after, limit) => repository.page(after, limit),
    get: (id) => repository.get(id),
    getWithOwner: (id) => repository.getWithOwner(id),
    search: (criteria) => repository.search(criteria),
    count: () => repository.count(),
    save: (model) => repository.save(model),
    update: (id, change) => repository.update(id, change),
    remove: (id) => repository.remove(id),
    removeOwned: (ownerId, exceptId) => repository.removeOwned(ownerId, exceptId),
    removeExpired: (now) => repository.removeExpired(now),
  };
}
