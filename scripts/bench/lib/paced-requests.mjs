/** Requests at a fixed pace, answered or not: a server that stalls cannot slow the clock. */
import { Agent, get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * @param {string} url
 * @param {number} intervalMs
 * @param {AbortSignal} signal ends the pacing; what is under way is still answered
 * @returns {Promise<number[]>} milliseconds from the moment each request was due to the end of its answer
 * @throws {Error} a request failed, or was not answered with 200
 */
export async function paceRequests(url, intervalMs, signal) {
  const agent = new Agent({ keepAlive: true });
  const latencies = [];
  let due = performance.now();
  while (!signal.aborted) {
    const latency = timeOne(url, agent, due);
    // A failure is told at the end, by `Promise.all`; until then it is no unhandled one.
    latency.catch(() => {});
    latencies.push(latency);
    due += intervalMs;
    await delay(Math.max(0, due - performance.now()));
  }
  const settled = await Promise.all(latencies);
  agent.destroy();
  return settled;
}

function timeOne(url, agent, due) {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      if (response.statusCode !== 200) {
        reject(new Error(`${url} answered ${response.statusCode}`));
      }
      response.resume().on('end', () => resolve(performance.now() - due));
    }).on('error', reject);
  });
}
