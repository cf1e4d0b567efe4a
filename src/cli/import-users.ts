import { OPERATOR } from '../accounts/caller.ts';
import { DuplicateValueError } from '../errors.ts';
import { checkedEmail, checkedName } from '../models/user-input.ts';
import { User } from '../models/user.ts';
import { parsePasswordHash } from '../security/password-hash.ts';
import { CommandError } from './operation.ts';
import type { Operation, Operations } from './operation.ts';
import { isNumber, isText, listOf, orNull, record } from './shape.ts';
import type { Guarded } from './shape.ts';

/** What becomes of a user of a file. */
const FATES = ['free', 'here', 'id taken', 'email taken'] as const;
export type Fate = (typeof FATES)[number];

function isFate(value: unknown): value is Fate {
  return FATES.some((fate) => fate === value);
}

const isName = record({ id: isText, email: isText });

/** Whether users are here already: by id and email the same ones, or others that are in the way. */
export const importKnownOperation: Operation<{ readonly users: readonly Guarded<typeof isName>[] }, readonly Fate[]> = {
  name: 'import.known',
  isInput: record({ users: listOf(isName) }),
  isResult: listOf(isFate),
  async perform({ users }, operations) {
    const fates: Fate[] = [];
    for (const user of users) fates.push(await fateOf(user, operations));
    return fates;
  },
};

async function fateOf({ id, email }: Guarded<typeof isName>, { database }: Operations): Promise<Fate> {
  const [[sameEmail], sameId] = [await database.users.search({ email }), await database.users.get(id)];
  if (sameId !== null) return sameEmail?.id === id ? 'here' : 'id taken';
  return sameEmail === undefined ? 'free' : 'email taken';
}

const isImport = record({
  id: isText,
  email: isText,
  passwordHash: isText,
  firstName: orNull(isText),
  lastName: orNull(isText),
  createdAt: isNumber,
  updatedAt: isNumber,
});
export type ImportedUser = Guarded<typeof isImport>;

/** Stores users with the ids and hashes that they have. 'free': the user is stored. */
export const importTakeOperation: Operation<{ readonly users: readonly ImportedUser[] }, readonly Fate[]> = {
  name: 'import.take',
  isInput: record({ users: listOf(isImport) }),
  isResult: listOf(isFate),
  // Asked for at once, they go into few commits.
  perform: ({ users }, operations) => Promise.all(users.map((user) => take(user, operations))),
};

async function take(fields: ImportedUser, operations: Operations): Promise<Fate> {
  const { database, services } = operations;
  const kind = parsePasswordHash(fields.passwordHash)?.kind;
  // A bare SHA-256 is tried a billion times a second: none reaches the disk.
  if (kind === undefined || kind === 'sha256') throw new CommandError('an imported user has no hash of ours');
  checkedEmail(fields.email);
  checkedName('first_name', fields.firstName);
  checkedName('last_name', fields.lastName);
  const user = new User({ ...fields, groups: services.config.defaultGroups });
  const fate = await database
    .transaction(async (models): Promise<Fate> => {
      const found = await fateOf(user, { ...operations, database: { ...database, ...models } });
      if (found === 'free') await models.users.save(user);
      return found;
    })
    .catch((error: unknown): Fate => {
      if (error instanceof DuplicateValueError) return 'email taken';
      throw error;
    });
  if (fate === 'free') {
    services.securityLog.log('user_created', OPERATOR, { user_id: user.id, email: user.email, groups: user.groups });
  }
  return fate;
}
