import { randomUUID } from 'node:crypto';
import { MODEL_OPTIONS } from '../helpers/model-options.ts';
import { declareModels } from '../../src/models/repositories.ts';
import { digestSessionId, UserSession } from '../../src/models/user-session.ts';
import { User } from '../../src/models/user.ts';
import { PasswordHasher } from '../../src/security/password.ts';
import { JournalStore } from '../../src/storage/journal/journal-store.ts';
import { Ledger } from '../helpers/ledger.ts';

export const PASSWORD = 'the same for everyone';

/** A user with a session. */
export interface Account {
  readonly id: string;
  readonly email: string;
  readonly sessionId: string;
}

/** What the clients work on, and what came of it. */
export interface Accounts {
  /** Whose session looks at everything; never changed. */
  readonly watcher: Account;
  /** One for each client to change. */
  readonly own: readonly Account[];
  /** To be deleted by any client, once each. */
  readonly victims: Account[];
  /** By email: both names, as they must be together. */
  readonly users: Ledger;
  /** By session id: the email of its user. */
  readonly sessions: Ledger;
}

/** First and last name change together: two that do not fit are half of a write. */
export function namesValue(firstName: string | null, lastName: string | null): string {
  return firstName === lastName ? String(firstName) : `half of a write: ${firstName}, ${lastName}`;
}

/** Makes the accounts behind the server's back, with hashes that cost little. */
export async function makeAccounts(directory: string, clients: number, victims: number): Promise<Accounts> {
  const store = new JournalStore({ directory });
  const models = declareModels(store, MODEL_OPTIONS);
  await store.open();
  const passwordHash = await new PasswordHasher({ cost: { logN: 4, r: 8, p: 1 } }).hash(PASSWORD);
  const users = new Ledger();
  const sessions = new Ledger();
  const make = async (name: string): Promise<Account> => {
    const user = new User({ email: `${name}@example.com`, passwordHash, groups: ['admins'] });
    const sessionId = randomUUID();
    const session = new UserSession({ sessionId: digestSessionId(sessionId), userId: user.id });
    await users.write(user.email, namesValue(null, null), () => models.users.save(user));
    await sessions.write(sessionId, user.email, () => models.userSessions.save(session));
    return { id: user.id, email: user.email, sessionId };
  };
  const makeAll = (name: string, count: number): Promise<Account[]> =>
    Promise.all(Array.from({ length: count }, (_, index) => make(`${name}${index}`)));
  const accounts = {
    watcher: await make('watcher'),
    own: await makeAll('own', clients),
    victims: await makeAll('victim', victims),
    users,
    sessions,
  };
  await store.close();
  return accounts;
}
