import type { TestContext } from 'node:test';
import { MODEL_OPTIONS } from './model-options.ts';
import { declareModels } from '../../src/models/repositories.ts';
import { User } from '../../src/models/user.ts';
import { PasswordHasher } from '../../src/security/password.ts';
import { JournalStore } from '../../src/storage/journal/journal-store.ts';
import { temporaryDirectory } from './directory.ts';
import { SERVER, startProcess } from './process.ts';
import type { ProcessOptions, TestProcess } from './process.ts';
import { CHEAP_COST } from './service.ts';

/** Starts the server as a process, on a free port and, where none is given, in a directory of its own. */
export function startServer(t: TestContext, env: NonNullable<ProcessOptions['env']>): TestProcess {
  return startProcess(t, SERVER, [], { env: { API_PORT: '0', DATA_DIR: temporaryDirectory(t), ALLOWED_HOSTS: '*', ...env } });
}

/** A data directory with one user, whose stored hash is not of today's cost: a sign-in replaces it. */
export async function directoryWithUser(t: TestContext, email: string, password: string): Promise<string> {
  const directory = temporaryDirectory(t);
  const store = new JournalStore({ directory });
  const { users } = declareModels(store, MODEL_OPTIONS);
  await store.open();
  const passwordHash = await new PasswordHasher({ cost: CHEAP_COST }).hash(password);
  await users.save(new User({ email, passwordHash, groups: ['admins'] }));
  await store.close();
  return directory;
}
