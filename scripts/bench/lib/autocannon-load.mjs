/**
 * The load without wrk: a process of its own, so that the harness can give it a core. Takes one `Load` of
 * `load.mjs` as JSON, prints its figures as one line of JSON. Its latencies are whole milliseconds.
 */
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';

import autocannon from 'autocannon';

// Less of the load's core goes to collecting garbage with a roomier nursery.
setFlagsFromString('--max-semi-space-size=64');

/** @type {import('./load.mjs').Load} */
const { url, connections, seconds, headers = {}, method = 'GET', type, body, ids } = JSON.parse(process.argv[2]);
const sessionIds = ids === undefined ? [] : readFileSync(ids.path, 'latin1').trimEnd().split('\n');
let number = 0;

const randomId = () => sessionIds[Math.floor(Math.random() * sessionIds.length)];

const request = {
  method,
  headers: type === undefined ? headers : { ...headers, 'Content-Type': type },
  ...(body === undefined ? {} : { body }),
};
const isNumbered = body?.includes('%d') ?? false;
if (ids !== undefined || isNumbered) {
  request.setupRequest = (each) => ({
    ...each,
    ...(isNumbered && { body: body.replaceAll('%d', String(++number)) }),
    ...(ids !== undefined && { headers: { ...each.headers, Cookie: `${ids.cookieName}=${randomId()}` } }),
  });
}

const result = await autocannon({ url, connections, duration: seconds, timeout: 60, requests: [request] });
const { user, system } = process.cpuUsage();
console.log(JSON.stringify({
  requests: result.requests.total,
  seconds: result.duration,
  p50Ms: result.latency.p50,
  p99Ms: result.latency.p99,
  maxMs: result.latency.max,
  errors: result.errors + result.non2xx,
  cpuSeconds: (user + system) / 1e6,
}));
