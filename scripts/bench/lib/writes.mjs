/** Durable writes: `PUT /api/v1/users/<id>` by the number of connections, beside what one sync of the disk costs. */
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

import { makeDataDirectory } from './data-directory.mjs';
import { measure } from './measure.mjs';
import { openServer, ourServer } from './servers.mjs';
import { median, percentile } from './statistics.mjs';

/** About the size of one journal line. */
const PROBE_BYTES = 300;

/** A different name each time: no write may be left out because it changes nothing. */
const BODY = '{"first_name":"Bench %d"}';

/**
 * @param {import('./context.mjs').Context} context
 * @returns {Promise<{ syncMedianMs: number, syncP99Ms: number, rows: object[] }>} a row a number of connections
 */
export async function writes(context) {
  const { writeConnections, writeSeconds, warmUpSeconds } = context.settings;
  const { directory } = await makeDataDirectory(context, { users: 1, sessions: 0 });
  const sync = probeSync(context);
  const server = await openServer(context, ourServer(context, { authType: 'session_db_auth', directory }));
  try {
    const { id } = JSON.parse(server.sample.body);
    const rows = [];
    for (const connections of writeConnections) {
      const load = {
        url: new URL(`/api/v1/users/${id}`, server.origin).href,
        headers: server.headers,
        method: 'PUT',
        type: 'application/json',
        body: BODY,
        connections,
      };
      await measure(context, server, { ...load, seconds: warmUpSeconds });
      const figures = await measure(context, server, { ...load, seconds: writeSeconds });
      context.progress(`${connections} connections: ${Math.round(figures.requestsPerSecond)} durable writes/s`);
      rows.push({ connections, ...figures });
    }
    return { ...sync, rows };
  } finally {
    await server.stop();
  }
}

/** How long the disk takes for an append and its `fdatasync`, one after the other, with nothing else going on. */
function probeSync(context) {
  const file = openSync(join(context.scratch, 'sync-probe'), 'a');
  const line = Buffer.alloc(PROBE_BYTES, 'x');
  const times = [];
  for (let probe = 0; probe < context.settings.syncProbes; probe++) {
    const startedAt = performance.now();
    writeSync(file, line);
    fdatasyncSync(file);
    times.push(performance.now() - startedAt);
  }
  closeSync(file);
  return { syncMedianMs: median(times), syncP99Ms: percentile(times, 99) };
}
