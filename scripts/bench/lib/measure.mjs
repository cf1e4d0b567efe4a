/** One measurement: a load on a server, with what both spent on it. */
import { putLoad } from './load.mjs';

/**
 * @typedef {object} Figures
 * @property {number} requestsPerSecond
 * @property {number} p50Ms
 * @property {number} p99Ms
 * @property {number} maxMs
 * @property {number} cpuMicrosPerRequest of the server, all its threads, user and system
 * @property {number} serverCpuShare of one core; near 1 on its own core: the server was the limit
 * @property {number} loadCpuShare of one core; below 1: the load was not
 * @property {number} residentBytes of the server, at the end
 * @property {number} errors
 */

/**
 * @param {import('./context.mjs').Context} context
 * @param {import('./server-process.mjs').RunningServer} server
 * @param {import('./load.mjs').Load} load
 * @returns {Promise<Figures>}
 */
export async function measure(context, server, load) {
  const cpuBefore = server.cpuSeconds();
  const figures = await putLoad(context, load);
  const cpuSeconds = server.cpuSeconds() - cpuBefore;
  const { requests, seconds, p50Ms, p99Ms, maxMs, errors } = figures;
  return {
    requestsPerSecond: requests / seconds,
    p50Ms,
    p99Ms,
    maxMs,
    cpuMicrosPerRequest: (cpuSeconds / requests) * 1e6,
    serverCpuShare: cpuSeconds / seconds,
    loadCpuShare: figures.cpuSeconds / seconds,
    residentBytes: server.residentBytes(),
    errors,
  };
}
