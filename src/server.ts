#!/usr/bin/env node
import { isIPv6 } from 'node:net';
import { parseArgs } from 'node:util';
import { ConfigError, describeSettings, parseConfig } from './config.ts';
import type { Config } from './config.ts';
import { DomainError, messageOf } from './errors.ts';
import { LogWriter } from './http/log-writer.ts';
import { describeError } from './http/printable.ts';
import { startService } from './service.ts';
import type { Service } from './service.ts';
import { packageVersion } from './version.ts';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

/** How long requests under way may take once the process was told to stop. */
const SHUTDOWN_GRACE_MS = 10_000;

/** How long what was promised may take to be written after a crash. */
const CRASH_GRACE_MS = 5_000;

/**
 * Standard output and error, off the main thread: a slow reader of the log must not stop the server. To look at
 * `process.stdout` makes a pipe non-blocking, which LogWriter counts on.
 */
const output = new LogWriter(process.stdout.fd);
const errors = new LogWriter(process.stderr.fd);

async function main(): Promise<void> {
  let config: Config;
  try {
    const { values } = parseArgs({ options: { help: { type: 'boolean' }, version: { type: 'boolean' } } });
    if (values.help === true) return exit(0, helpText());
    if (values.version === true) return exit(0, `${packageVersion()}\n`);
    const parsed = parseConfig(process.env);
    for (const warning of parsed.warnings) errors.write(`${warning}\n`);
    config = parsed.config;
  } catch (error) {
    if (error instanceof ConfigError) return exit(EXIT_USAGE, '', `${error.message}\n`);
    return exit(EXIT_USAGE, '', `${messageOf(error)}; see node dist/server.js --help\n`);
  }

  if (config.logFormat === 'json') output.droppedLine = droppedAsJson;
  const starting = startService({
    config,
    logs: {
      access: (line) => output.write(line),
      security: (line) => errors.write(line),
      notice: (line) => errors.write(line),
    },
    onStoreLost: (error) => {
      setTimeout(exitAtOnce, CRASH_GRACE_MS).unref();
      const exitFailed = (): Promise<void> => exit(EXIT_FAILED, '', `${error.message}\n`);
      starting.then((running) => running.close(0)).then(exitFailed, exitFailed);
    },
  });
  // Node would open its inspector: whoever may signal this process could then run code in it, over a port.
  process.on('SIGUSR1', () => {});
  // From the first moment: a start that reads a million sessions takes seconds.
  stopOnSignals(starting);
  let service: Service;
  try {
    service = await starting;
  } catch (error) {
    return exit(EXIT_FAILED, '', `${startProblem(error, config)}\n`);
  }
  for (const line of await banner(service, config)) output.write(` * ${line}\n`);
}

async function banner({ address, users }: Service, config: Config): Promise<string[]> {
  const host = isIPv6(address.address) ? `[${address.address}]` : address.address;
  const lines = [`Running on http://${host}:${address.port}/ (Press CTRL+C to quit)`];
  if ((await users.count()) === 0) {
    lines.push('No user exists yet. Stop the server, make one with: node dist/cli.js user add EMAIL, start it again');
  }
  const { authType, sessionDurationSeconds } = config;
  const hasDuration = authType === 'session_exp_auth' || authType === 'session_db_auth';
  if (authType === 'none') lines.push('AUTH_TYPE=none: everything is open to everybody who can reach this address');
  if (authType === 'session_auth') lines.push('AUTH_TYPE=session_auth: sessions never expire, but for a restart');
  if (hasDuration && sessionDurationSeconds === 0) {
    lines.push('Sessions never expire: set SESSION_DURATION to the seconds that one may live');
  }
  return lines;
}

/** Why the start failed, in one line that says what to do. */
function startProblem(error: unknown, config: Config): string {
  if (error instanceof DomainError) return error.message;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const syscall = error instanceof Error && 'syscall' in error ? error.syscall : undefined;
  const at = `${config.host} port ${config.port}`;
  if (code === 'EADDRINUSE') return `${at} is in use by another program: stop that one, or choose another API_PORT`;
  if (syscall === 'listen' && code === 'EACCES') return `${at} is not open to this user: choose an API_PORT above 1023`;
  if (syscall === 'listen' || syscall === 'getaddrinfo') {
    return `cannot listen on ${at} (${String(code)}): set API_HOST to an address of this machine`;
  }
  return `cannot use DATA_DIR ${config.dataDirectory}: ${messageOf(error)}`;
}

/** The first signal finishes what is under way; the second ends the process at once. */
function stopOnSignals(starting: Promise<Service>): void {
  let isStopping = false;
  const stop = (): void => {
    if (isStopping) exitAtOnce();
    isStopping = true;
    starting.then((service) => service.close(SHUTDOWN_GRACE_MS)).then(
      () => exit(0),
      (error: unknown) => exit(EXIT_FAILED, '', `${messageOf(error)}\n`),
    );
  };
  // SIGHUP: the terminal it was started from was closed.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, stop);

  // The state of the process is unknown: say all that is known, write what was promised, and end.
  const crash = (error: unknown): void => {
    errors.write(`unexpected: ${describeError(error)}\n`);
    if (isStopping) exitAtOnce();
    isStopping = true;
    setTimeout(exitAtOnce, CRASH_GRACE_MS).unref();
    starting.then((service) => service.close(0)).then(
      () => exit(EXIT_FAILED),
      (problem: unknown) => exit(EXIT_FAILED, '', `${messageOf(problem)}\n`),
    );
  };
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
}

/** Ends the process now, with the lines that are left written by this thread. */
function exitAtOnce(): never {
  errors.flushSync();
  output.flushSync();
  process.exit(EXIT_FAILED);
}

/** Ends the process once every line is written. */
async function exit(code: number, text = '', problem = ''): Promise<void> {
  if (text !== '') output.write(text);
  if (problem !== '') errors.write(problem);
  await Promise.all([output.close(), errors.close()]);
  process.exit(code);
}

function droppedAsJson(count: number): string {
  return `${JSON.stringify({ event: 'log_lines_dropped', count })}\n`;
}

function helpText(): string {
  const rows = describeSettings();
  const width = Math.max(...rows.map(({ name }) => name.length));
  const settings = rows.map(({ name, fallback, meaning }) => `  ${name.padEnd(width)}  ${meaning} [${fallback}]\n`);
  return (
    'Usage: node dist/server.js [--help] [--version]\n\n' +
    `Serves the API. Settings are environment variables (defaults in brackets):\n\n${settings.join('')}`
  );
}

await main();
