#!/usr/bin/env -S npx tsx
/** Main 4: a server that tells whose session it is (tutorial task 6). */
import { SessionAuth } from '../../src/api/v1/auth/session-auth.ts';
import { format } from './python-text.ts';
import { run } from './root-server.ts';
import { script } from './script.ts';
import { sessionsInMemory } from './sessions-in-memory.ts';
import { openStore, testUser } from './test-user.ts';

await script(async (config) => {
  const { store, database } = await openStore(config);

  /** Create a user test */
  const { user } = await testUser(database, config, 'bobsession@hbtn.io', 'fake pwd');

  /** Create a session ID */
  const sa = new SessionAuth({ sessionName: config.sessionName, sessions: sessionsInMemory(database) });
  const sessionId = await sa.createSession(user.id);
  console.log(format('User with ID: {} has a Session ID: {}', user.id, sessionId));

  /** Serve the root path */
  await run(
    async (request) => {
      const requestUser = await sa.currentUser(request);
      if (requestUser === null) return 'No user found\n';
      return format('User found: {}\n', requestUser.id);
    },
    config,
    () => store.close(),
  );
});
