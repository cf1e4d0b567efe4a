/** How long and how much: one literal, with its units, and what `--quick` and the flags change of it. */
const FULL = {
  /** Rounds of the main table; each visits every server once, and the bare one twice. */
  rounds: 5,
  seconds: 4,
  warmUpSeconds: 1,
  connections: 64,
  /** Rounds of the tables of sessions and of users, whose servers stay up between rounds. */
  scaleRounds: 5,
  scaleSeconds: 2,
  sessionCounts: [1_000, 1_000_000],
  userCounts: [1, 1_000, 10_000],
  /** Sign-ins sent at once. */
  loginCount: 64,
  writeConnections: [1, 4, 16, 64, 256],
  writeSeconds: 4,
  syncProbes: 300,
  /** The whole run is cut off after this. */
  limitMinutes: 20,
};

const QUICK = {
  ...FULL,
  rounds: 2,
  seconds: 1,
  scaleRounds: 2,
  scaleSeconds: 1,
  sessionCounts: [1_000, 20_000],
  loginCount: 16,
  writeSeconds: 1,
  limitMinutes: 5,
};

/** @typedef {typeof FULL} Settings */

/**
 * @param {{ quick?: boolean, rounds?: string, seconds?: string }} flags as the command line gave them
 * @returns {Settings}
 * @throws {TypeError} a flag is not a positive integer
 */
export function readSettings(flags) {
  const settings = { ...(flags.quick ? QUICK : FULL) };
  if (flags.rounds !== undefined) {
    settings.rounds = settings.scaleRounds = positiveInteger('--rounds', flags.rounds);
  }
  if (flags.seconds !== undefined) {
    settings.seconds = settings.scaleSeconds = settings.writeSeconds = positiveInteger('--seconds', flags.seconds);
  }
  return settings;
}

function positiveInteger(name, text) {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new TypeError(`${name} must be a positive integer`);
  }
  return value;
}
