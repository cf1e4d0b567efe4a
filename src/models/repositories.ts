import { whenReady } from '../http/awaitable.ts';
import type { Awaitable } from '../http/awaitable.ts';
import { MemoryStore } from '../storage/memory/memory-store.ts';
import type { Owned, Repository, Store } from '../storage/store.ts';
import { userSessionSchema } from './user-session-schema.ts';
import { ENDLESS } from './user-session.ts';
import type { SessionPolicy, UserSession, UserSessions } from './user-session.ts';
import { userSchema } from './user-schema.ts';
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
  /** Absent: sessions never end by themselves. */
  readonly sessionPolicy?: SessionPolicy;
  /** Of users that were stored before there were groups. Absent: none. */
  readonly defaultGroups?: readonly string[];
}

/**
 * Declares every model in a store; before it is opened.
 *
 * @returns their repositories, of use once the store is open
 */
export function declareModels(
  store: Pick<Store, 'collection' | 'transaction'>,
  { sessionPolicy = ENDLESS, defaultGroups = [] }: ModelOptions = {},
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
 *
 * A transaction changes the sessions once its changes of users are durable, in the same turn of the event loop; where
 * those could not be written, no session changes.
 */
export function withSessionsInMemory({ users, transaction }: Database, policy: SessionPolicy): Database {
  const memory = new MemoryStore();
  const schema = userSessionSchema(policy, null);
  const withOwners = (sessions: Repository<UserSession, User>, owners: Users): UserSessions => {
    const withOwner = (model: UserSession | null): Awaitable<Owned<UserSession, User> | null> =>
      model === null ? null : whenReady(owners.get(model.userId), (owner) => (owner === null ? null : { model, owner }));
    return { ...delegate(sessions), getWithOwner: (id) => whenReady(sessions.get(id), withOwner) };
  };
  /** What the store does by itself where both are in it. */
  const withCascade = (owners: Users, sessions: UserSessions): Users => ({
    ...delegate(owners),
    remove: async (id) => {
      const removed = await owners.remove(id);
      if (removed !== null) await sessions.removeOwned(id, null);
      return removed;
    },
  });
  const joined: Database['transaction'] = (work) =>
    // The store that may fail commits first.
    memory.transaction((inner) =>
      transaction((models) => {
        const sessions = withOwners(inner.collection(schema), models.users);
        return work({ users: withCascade(models.users, sessions), userSessions: sessions });
      }),
    );
  return {
    users: { ...delegate(users), remove: (id) => joined((models) => models.users.remove(id)) },
    userSessions: withOwners(memory.collection(schema), users),
    transaction: joined,
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
    updateAll: (ids, change) => repository.updateAll(ids, change),
    remove: (id) => repository.remove(id),
    removeOwned: (ownerId, exceptId) => repository.removeOwned(ownerId, exceptId),
    removeExpired: (now) => repository.removeExpired(now),
  };
}
