#!/usr/bin/env -S npx tsx
/** Main 4: a server that tells whose session it is (tutorial task 6). */
import { SessionAuth } from '../../src/api/v1/auth/session-auth.ts';
import { parseConfig } from '../../src/config.ts';
import { declareModels } from '../../src/models/repositories.ts';
import { User } from '../../src/models/user.ts';
import { PasswordHasher } from '../../src/security/password.ts';
import { JournalStore } from '../../src/storage/journal/journal-store.ts';
import { format } from './python-text.ts';
import { run } from './root-server.ts';

// The tutorial has one global DATA; here the users are in a store, the server's own.
const { config } = parseConfig(process.env);
const store = new JournalStore({ directory: config.dataDirectory });
const { users } = declareModels(store);
await store.open();

/** Create a user test */
const userEmail = 'bobsession@hbtn.io';
const userClearPwd = 'fake pwd';

// Emails are unique here: a second run finds the user of the first.
const [earlier] = await users.search({ email: userEmail });
const user = earlier ?? new User({ email: userEmail, passwordHash: await new PasswordHasher().hash(userClearPwd) });
if (earlier === undefined) await users.save(user);

/** Create a session ID */
const sa = new SessionAuth({ sessionName: config.sessionName, users });
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
