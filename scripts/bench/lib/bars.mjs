/** The bars that a run is held to, each beside what was measured. */
import { median } from './statistics.mjs';

const BARE = 'bare node:http';
const FASTIFY = 'Fastify + @fastify/session';

/**
 * @param {Record<string, any>} results a part that was not run gives no bar
 * @returns {{ what: string, asked: string, measured: string, verdict: string }[]}
 */
export function judge(results) {
  return [
    ...serverBars(results.servers),
    ...sessionBars(results.sessions),
    ...ratioBars(results.users, 'users'),
    ...writeBars(results.writes),
    ...loginBars(results.logins),
  ];
}

function serverBars(rows = []) {
  const ratios = (name) => rows.find((row) => row.name === name).ratiosToBare;
  const times = (what, ours, theirs, asked) => {
    const inEachRound = ratios(ours).map((ratio, round) => ratio / ratios(theirs)[round]);
    return atLeast(what, median(inEachRound), asked, 1, ' times');
  };
  // Machines differ in how far the bare server is ahead of Fastify.
  const bareOfFastify = () => median(ratios(FASTIFY).map((ratio) => 1 / ratio));
  return rows.length === 0 ? [] : [
    ...rows
      .filter(({ kind }) => kind === 'ours')
      .map(({ name, ratioToBare }) => (
        atLeast(`${name} of ${BARE}`, ratioToBare, name === 'basic_auth' ? 0.85 : 0.9, 3)
      )),
    times('session_auth against Express + express-session', 'session_auth', 'Express + express-session', 7),
    times(`session_auth against ${FASTIFY}`, 'session_auth', FASTIFY, 0.9 * bareOfFastify()),
    times(
      'session_db_auth against Express + session-file-store', 'session_db_auth', 'Express + session-file-store', 80,
    ),
  ];
}

function sessionBars(rows = []) {
  if (rows.length === 0) {
    return [];
  }
  const few = rows[0];
  const many = rows.at(-1);
  const bytes = (many.residentAtStartBytes - few.residentAtStartBytes) / (many.sessions - few.sessions);
  return [
    ...ratioBars(rows, 'sessions'),
    atMost(`start with ${many.sessions.toLocaleString('en')} sessions`, many.startSeconds, 6, 2, ' s'),
    atMost('RSS a session at start, garbage included', bytes, 400, 0, ' bytes'),
  ];
}

/** No size but the smallest may fall below 0.95 of it. */
function ratioBars(rows = [], what) {
  return rows
    .filter((row) => row[what] !== rows[0][what])
    .map((row) => (
      atLeast(
        `${row[what].toLocaleString('en')} ${what} of ${rows[0][what].toLocaleString('en')}, ${row.cookies}`,
        row.ratioToSmallest, 0.95, 3,
      )
    ));
}

/** 5,000 a second where a sync takes 1 ms: a slower disk is asked for less in proportion, a faster one for no more. */
function writeBars(writes) {
  const row = writes?.rows.find(({ connections }) => connections === 64);
  return row === undefined ? [] : [
    atLeast('durable PUT a second, 64 connections', row.requestsPerSecond, 5000 / Math.max(1, writes.syncMedianMs), 0),
  ];
}

function loginBars(rows = []) {
  return rows.map(({ cores, loginCount, statusP99Ms }) => (
    atMost(`status p99 during ${loginCount} sign-ins, server on ${cores}`, statusP99Ms, 50, 1, ' ms')
  ));
}

export function atLeast(what, measured, asked, digits, unit = '') {
  return bar(what, `≥ ${asked.toFixed(digits)}${unit}`, `${measured.toFixed(digits)}${unit}`, measured >= asked);
}

function atMost(what, measured, asked, digits, unit = '') {
  return bar(what, `≤ ${asked.toFixed(digits)}${unit}`, `${measured.toFixed(digits)}${unit}`, measured <= asked);
}

function bar(what, asked, measured, isMet) {
  return { what, asked, measured, verdict: isMet ? 'met' : 'NOT MET' };
}
