import { setTimeout as delay } from 'node:timers/promises';
import { describeSettings, parseConfig } from '../config.ts';
import type { Config } from '../config.ts';
import { messageOf } from '../errors.ts';
import { StoreLockedError } from '../storage/store-errors.ts';
import { inheritedSockets } from '../http/inherited-sockets.ts';
import { LogWriter } from '../http/log-writer.ts';
import { describeError } from '../http/printable.ts';
import { startService } from '../service.ts';
import type { Service, ServiceOptions } from '../service.ts';
import { banner, bannerLine } from './banner.ts';
import { EXIT_FAILED, EXIT_OK } from './command.ts';
import type { Command, System } from './command.ts';
import { holderOf } from './control-client.ts';
import type { Holder } from './control-client.ts';
import { startProblem } from './start-problem.ts';

/** How long requests under way may take once the process was told to stop. */
const SHUTDOWN_GRACE_MS = 10_000;

/** How long a start waits for a command that has the data directory open. */
const COMMAND_PATIENCE_MS = 5_000;
const RETRY_MS = 50;
const GREETING_MS = 1_000;

/** How long what was promised may take to be written after a crash. */
const CRASH_GRACE_MS = 5_000;

export const serve: Command = {
  words: ['serve'],
  otherWords: ['start', 'run'],
  operands: '',
  operandCount: { least: 0, most: 0 },
  summary: 'run the server, as node dist/server.js does',
  details: `Settings are environment variables (defaults in brackets):\n\n${settings()}`,
  options: [],
  async run({ config: readConfig, system }) {
    const { warnings } = parseConfig(system.env);
    return new ServerProcess(system, readConfig()).start(warnings);
  },
};

function settings(): string {
  const rows = describeSettings();
  const width = Math.max(...rows.map(({ name }) => name.length));
  return rows.map(({ name, fallback, meaning }) => `  ${name.padEnd(width)}  ${meaning} [${fallback}]`).join('\n');
}

/** A process that serves until it is told to stop. */
class ServerProcess {
  readonly #system: System;
  readonly #config: Config;
  /**
   * Standard output and error, off the main thread: a slow reader of the log must not stop the server. To look at
   * `stdout` makes a pipe non-blocking, which LogWriter counts on.
   */
  readonly #output: LogWriter;
  readonly #errors: LogWriter;
  #isStopping = false;

  constructor(system: System, config: Config) {
    this.#system = system;
    this.#config = config;
    this.#output = new LogWriter(system.stdout.fd);
    this.#errors = new LogWriter(system.stderr.fd);
    if (config.logFormat === 'json') this.#output.droppedLine = droppedAsJson;
  }

  /** @returns the exit status of a process that is not stopped but ends */
  async start(warnings: readonly string[]): Promise<number> {
    for (const warning of warnings) this.#errors.write(`${warning}\n`);
    const starting = startOnceFree({
      config: this.#config,
      inherited: inheritedSockets(this.#system.env, this.#system.pid),
      logs: {
        access: (line) => this.#output.write(line),
        security: (line) => this.#errors.write(line),
        notice: (line) => this.#errors.write(line),
      },
      onStoreLost: (error) => {
        setTimeout(() => this.#exitAtOnce(), CRASH_GRACE_MS).unref();
        const exitFailed = (): Promise<void> => this.#exit(EXIT_FAILED, `${error.message}\n`);
        starting.then((running) => running.close(0)).then(exitFailed, exitFailed);
      },
    });
    // Node would open its inspector: whoever may signal this process could then run code in it, over a port.
    this.#system.on('SIGUSR1', () => {});
    // From the first moment: a start that reads a million sessions takes seconds.
    this.#stopOnSignals(starting);
    let service: Service;
    try {
      service = await starting;
    } catch (error) {
      await this.#exit(EXIT_FAILED, `${startProblem(error, this.#config)}\n`);
      return EXIT_FAILED;
    }
    for (const sentence of await banner(service, this.#config)) {
      this.#output.write(bannerLine(sentence, this.#config, new Date()));
    }
    return EXIT_OK;
  }

  /** The first signal finishes what is under way; the second ends the process at once. */
  #stopOnSignals(starting: Promise<Service>): void {
    const stop = (): void => {
      if (this.#isStopping) this.#exitAtOnce();
      this.#isStopping = true;
      this.#closeAndExit(starting, SHUTDOWN_GRACE_MS, EXIT_OK);
    };
    // SIGHUP: the terminal it was started from was closed.
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) this.#system.on(signal, stop);

    // The state of the process is unknown: say all that is known, write what was promised, and end.
    const crash = (error: unknown): void => {
      this.#errors.write(`unexpected: ${describeError(error)}\n`);
      if (this.#isStopping) this.#exitAtOnce();
      this.#isStopping = true;
      setTimeout(() => this.#exitAtOnce(), CRASH_GRACE_MS).unref();
      this.#closeAndExit(starting, 0, EXIT_FAILED);
    };
    this.#system.on('uncaughtException', crash);
    this.#system.on('unhandledRejection', crash);
  }

  #closeAndExit(starting: Promise<Service>, graceMs: number, status: number): void {
    starting.then((service) => service.close(graceMs)).then(
      () => this.#exit(status),
      (error: unknown) => this.#exit(EXIT_FAILED, `${messageOf(error)}\n`),
    );
  }

  /** Ends the process now, with the lines that are left written by this thread. */
  #exitAtOnce(): never {
    this.#errors.flushSync();
    this.#output.flushSync();
    this.#system.exit(EXIT_FAILED);
  }

  /** Ends the process once every line is written. */
  async #exit(status: number, problem = ''): Promise<void> {
    if (problem !== '') this.#errors.write(problem);
    await Promise.all([this.#output.close(), this.#errors.close()]);
    this.#system.exit(status);
  }
}

/** Starts, once no command has the data directory open any more: `user add` right after a start can be first. */
async function startOnceFree(options: ServiceOptions): Promise<Service> {
  const startedAt = performance.now();
  let former: Holder | null = null;
  for (;;) {
    try {
      return await startService(options);
    } catch (error) {
      if (!(error instanceof StoreLockedError) || performance.now() - startedAt > COMMAND_PATIENCE_MS) throw error;
      const holder = await holderOf(options.config.dataDirectory, GREETING_MS);
      // Nobody twice: a lock without a socket stays.
      if (holder === 'server' || (holder === 'nobody' && former === 'nobody')) throw error;
      former = holder;
      await delay(RETRY_MS);
    }
  }
}

function droppedAsJson(count: number): string {
  return `${JSON.stringify({ event: 'log_lines_dropped', count })}\n`;
}
