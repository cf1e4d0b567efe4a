/**
 * Puts users and sessions into a data directory that holds one user, through the project's own store and models, in a
 * process of its own whose memory ends with it. The other users have that one's password hash: to hash takes long.
 *
 * Arguments: the build, the data directory, how many users there are to be, how many sessions, how many users have
 * some, and the file that takes the session ids, one a line.
 */
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { emailOf } from './data-directory.mjs';

/** Records saved at once: the store writes those of one moment together. */
const AT_ONCE = 10_000;

const [dist, directory, userCount, sessionCount, ownerCount, idsPath] = process.argv.slice(2);

const load = (path) => import(pathToFileURL(join(dist, path)).href);
const { JournalStore } = await load('storage/journal/journal-store.js');
const { declareModels } = await load('models/repositories.js');
const { digestSessionId, UserSession } = await load('models/user-session.js');
const { User } = await load('models/user.js');

const store = new JournalStore({ directory });
const { users, userSessions } = declareModels(store);
await store.open();
const [first] = await users.all();
const others = Array.from({ length: userCount - 1 }, (_, index) => (
  new User({ email: emailOf(index + 1), passwordHash: first.passwordHash, firstName: 'Bench' })
));
await saveAll(users, others);
const ownerIds = [first, ...others].slice(0, ownerCount).map(({ id }) => id);
const sessionIds = Array.from({ length: sessionCount }, () => randomUUID());
await saveAll(userSessions, sessionIds.map((id, index) => (
  new UserSession({ sessionId: digestSessionId(id), userId: ownerIds[index % ownerIds.length] })
)));
await store.close();
writeFileSync(idsPath, sessionIds.map((id) => `${id}\n`).join(''));

async function saveAll(repository, models) {
  for (let start = 0; start < models.length; start += AT_ONCE) {
    await Promise.all(models.slice(start, start + AT_ONCE).map((model) => repository.save(model)));
  }
}
