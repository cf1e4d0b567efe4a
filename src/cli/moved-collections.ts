import { OPERATOR } from '../accounts/caller.ts';
import { userSessionSchema } from '../models/user-session-schema.ts';
import { ENDLESS } from '../models/user-session.ts';
import { userSchema } from '../models/user-schema.ts';
import type { StoredRecord } from '../storage/store.ts';
import { CommandError } from './operation.ts';
import type { Operation, Operations } from './operation.ts';
import { pageAfter } from './pages.ts';
import { isFlag, isNumber, isText, listOf, orNull, record } from './shape.ts';
import type { Guard, Guarded } from './shape.ts';

/** Owners before what belongs to them. */
export const COLLECTIONS = ['users', 'user_sessions'] as const;
export type CollectionName = (typeof COLLECTIONS)[number];

/** Records in an answer or a request: a few hundred bytes each. */
const RECORDS_AT_ONCE = 500;

const isCollection: Guard<CollectionName> = (value): value is CollectionName => COLLECTIONS.some((name) => name === value);
const isStoredRecord: Guard<StoredRecord> = (value): value is StoredRecord => typeof value === 'object' && value !== null;

const isEntry = record({ id: isText, ownerId: orNull(isText), record: isStoredRecord });
const isPlace = record({ collection: isCollection, after: listOf(isText) });

/** Some records of a collection, as they are stored. */
export const exportPageOperation: Operation<Guarded<typeof isPlace>, readonly Guarded<typeof isEntry>[]> = {
  name: 'export.page',
  isInput: isPlace,
  isResult: listOf(isEntry),
  async perform({ collection, after }, operations) {
    const { database } = operations;
    const { users, sessions } = schemasOf(operations);
    if (collection === 'users') {
      const page = await pageAfter(database.users, after, RECORDS_AT_ONCE);
      return page.map((user) => ({ id: user.id, ownerId: null, record: users.encode(user) }));
    }
    // Those in memory end with the process; what they are kept under is the very id in the cookie.
    if (!keepsSessions(operations)) return [];
    const page = await pageAfter(database.userSessions, after, RECORDS_AT_ONCE);
    return page.map((session) => ({ id: session.id, ownerId: session.userId, record: sessions.encode(session) }));
  },
};

/** Whether a collection has no record yet. */
export const importEmptyOperation: Operation<{ readonly collection: CollectionName }, boolean> = {
  name: 'import.empty',
  isInput: record({ collection: isCollection }),
  isResult: isFlag,
  async perform({ collection }, operations) {
    const { database } = operations;
    if (collection === 'users') return (await database.users.count()) === 0;
    if (!keepsSessions(operations)) throw new CommandError('this server keeps sessions in memory: stop it, then import');
    return (await database.userSessions.count()) === 0;
  },
};

const isMoved = record({ collection: isCollection, record: isStoredRecord });

/** Stores records, all of them or none. */
export const importRecordsOperation: Operation<{ readonly records: readonly Guarded<typeof isMoved>[] }, number> = {
  name: 'import.records',
  isInput: record({ records: listOf(isMoved) }),
  isResult: isNumber,
  async perform({ records }, operations) {
    const { users, sessions } = schemasOf(operations);
    const { securityLog } = operations.services;
    const made = await operations.database.transaction(async (models) => {
      const saved = [];
      for (const { collection, record: stored } of records) {
        if (collection === 'users') saved.push(await models.users.save(decoded(users, stored)));
        else await models.userSessions.save(decoded(sessions, stored));
      }
      return saved;
    });
    for (const { id, email, groups } of made) securityLog.log('user_created', OPERATOR, { user_id: id, email, groups });
    return records.length;
  },
};

function decoded<M>(schema: { decode(record: unknown, shareOwnerId: (id: string) => string): M | null }, stored: unknown): M {
  const model = schema.decode(stored, (id) => id);
  if (model === null) throw new CommandError('there is a record that this version does not know');
  return model;
}

function schemasOf({ services, sessions }: Operations) {
  const users = userSchema(services.config.defaultGroups);
  return { users, sessions: userSessionSchema(sessions.policy, users) };
}

function keepsSessions({ services: { config } }: Operations): boolean {
  return config.authType !== 'session_auth' && config.authType !== 'session_exp_auth';
}

/** @returns tells whether a record is one of a collection, as far as this version knows them */
export function recordTest(collection: CollectionName): (stored: unknown) => boolean {
  const users = userSchema([]);
  const schema = collection === 'users' ? users : userSessionSchema(ENDLESS, users);
  return (stored) => schema.decode(stored, (id) => id) !== null;
}
