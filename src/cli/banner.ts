import { isIPv6 } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { Config } from '../config.ts';
import { ACTIVE_ADMINISTRATOR } from '../models/user.ts';
import { StoreUnavailableError } from '../errors.ts';
import type { Users } from '../models/user.ts';
import type { Service } from '../service.ts';

/** What a server says once it listens: where, and what its operator should know. */
export async function banner(service: Service, config: Config): Promise<readonly string[]> {
  const { places, metricsAddress, users } = service;
  const lines = places.map((place) => `Running on ${urlOf(place)} (Press CTRL+C to quit)`);
  if (metricsAddress !== null) lines.push(`Metrics are on ${urlOf(metricsAddress)}metrics`);
  const { authType, sessionDurationSeconds } = config;
  lines.push(...(await whoIsMissing(users, config)));
  const hasDuration = authType === 'session_exp_auth' || authType === 'session_db_auth';
  if (authType === 'none') lines.push('AUTH_TYPE=none: everything is open to everybody who can reach this address');
  if (authType === 'session_auth') lines.push('AUTH_TYPE=session_auth: sessions never expire, but for a restart');
  if (hasDuration && sessionDurationSeconds === 0) {
    lines.push('Sessions never expire: set SESSION_DURATION to the seconds that one may live');
  }
  return lines;
}

function urlOf(place: AddressInfo | string): string {
  if (typeof place === 'string') return `unix:${place}`;
  const host = isIPv6(place.address) ? `[${place.address}]` : place.address;
  return `http://${host}:${place.port}/`;
}

/** What to do where nobody could sign in, or administer. */
async function whoIsMissing(users: Users, config: Config): Promise<readonly string[]> {
  const signsIn = config.authType !== 'none' && config.authType !== 'auth';
  try {
    if ((await users.count()) === 0) {
      return [`No user exists yet. Make one with: ${command(config, 'user add EMAIL')}`];
    }
    const hasAdministrator = (await users.search({ administrator: ACTIVE_ADMINISTRATOR })).length > 0;
    if (!signsIn || hasAdministrator) return [];
    return [`No administrator can sign in. Make one with: ${command(config, 'user groups EMAIL +admins')}`];
  } catch (error) {
    // A database that is away at the start has told so itself.
    if (error instanceof StoreUnavailableError) return [];
    throw error;
  }
}

/** The line as it is printed, with its newline. */
export function bannerLine(sentence: string, { logFormat }: Config, time: Date): string {
  if (logFormat === 'json') return `${JSON.stringify({ time: time.toISOString(), message: sentence })}\n`;
  return ` * ${sentence}\n`;
}

/** With its DATA_DIR where that is not the default: the command line looks there. */
function command({ dataDirectory }: Config, words: string): string {
  const setting = dataDirectory === './data' ? '' : `DATA_DIR=${shellWord(dataDirectory)} `;
  return `${setting}node dist/cli.js ${words}`;
}

function shellWord(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
