/** Loaded before a server (`node --import`): keeps in the file that COUNT_FILE names how many connections it got. */
import { subscribe } from 'node:diagnostics_channel';
import { writeFileSync } from 'node:fs';

let count = 0;
subscribe('net.server.socket', () => {
  count += 1;
  writeFileSync(process.env.COUNT_FILE, String(count));
});
