import { Accounts } from '../../src/accounts/accounts.ts';
import { OPERATOR } from '../../src/accounts/caller.ts';
import { SecurityLog } from '../../src/accounts/security-log.ts';
import type { Config } from '../../src/config.ts';
import { declareModels } from '../../src/models/repositories.ts';
import type { Database } from '../../src/models/repositories.ts';
import { sessionPolicyOf } from '../../src/models/session-policy.ts';
import type { User } from '../../src/models/user.ts';
import { PasswordHasher } from '../../src/security/password.ts';
import { JournalStore } from '../../src/storage/journal/journal-store.ts';

/** The tutorial has one global DATA; here the users are in a store, the server's own. */
export async function openStore(config: Config): Promise<{ readonly store: JournalStore; readonly database: Database }> {
  const store = new JournalStore({ directory: config.dataDirectory });
  const sessionPolicy = sessionPolicyOf(config, Date.now());
  const database = declareModels(store, { sessionPolicy, defaultGroups: config.defaultGroups });
  await store.open();
  return { store, database };
}

/**
 * Makes the tutorial's user as the server itself makes users. Emails are unique here: a second run finds the user of
 * the first.
 */
export async function testUser(
  database: Database,
  config: Config,
  email: string,
  password: string,
): Promise<{ readonly user: User; readonly isNew: boolean }> {
  const [earlier] = await database.users.search({ email });
  if (earlier !== undefined) return { user: earlier, isNew: false };
  const accounts = new Accounts({
    database,
    passwords: new PasswordHasher(),
    log: new SecurityLog(() => {}, Date.now),
    passwordMinLength: config.passwordMinLength,
    defaultGroups: config.defaultGroups,
    clock: Date.now,
  });
  return { user: await accounts.create({ email }, password, OPERATOR), isNew: true };
}
