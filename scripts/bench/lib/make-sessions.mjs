/**
 * Puts sessions into a data directory through the project's own store and model, in a process of its own whose
 * memory ends with it. Arguments: the build, the data directory, a JSON file of user ids, how many sessions,
 * and the file that takes the session ids, one a line.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Sessions saved at once: the store writes those of one moment together. */
const AT_ONCE = 10_000;

const [dist, directory, userIdsPath, count, idsPath] = process.argv.slice(2);

const load = (path) => import(pathToFileURL(join(dist, path)).href);
const { JournalStore } = await load('storage/journal/journal-store.js');
const { declareModels } = await load('models/repositories.js');
const { digestSessionId, UserSession } = await load('models/user-session.js');

const userIds = JSON.parse(readFileSync(userIdsPath, 'utf8'));
const sessionIds = Array.from({ length: Number(count) }, () => randomUUID());

const store = new JournalStore({ directory });
const { userSessions: sessions } = declareModels(store);
await store.open();
for (let start = 0; start < sessionIds.length; start += AT_ONCE) {
  const batch = sessionIds.slice(start, start + AT_ONCE);
  await Promise.all(batch.map((id, at) => (
    sessions.save(new UserSession({ sessionId: digestSessionId(id), userId: userIds[(start + at) % userIds.length] }))
  )));
}
await store.close();
writeFileSync(idsPath, `${sessionIds.join('\n')}\n`);
