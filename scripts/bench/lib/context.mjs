/**
 * What every part of the benchmark is given.
 *
 * @typedef {object} Context
 * @property {import('./settings.mjs').Settings} settings
 * @property {import('./machine.mjs').Machine} machine
 * @property {string} dist the build of our server that is measured
 * @property {string} scratch a directory of this run, on the disk that the project is on; removed at the end
 * @property {AbortSignal} signal ends whatever was started
 * @property {(line: string) => void} progress
 */

export {};
