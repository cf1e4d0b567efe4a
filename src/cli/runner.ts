import { setTimeout as delay } from 'node:timers/promises';
import { assemble } from '../assemble.ts';
import type { Config } from '../config.ts';
import { StoreLockedError } from '../storage/store-errors.ts';
import { isErrorCode } from '../storage/journal/error-code.ts';
import { connectTo, LOCK_SOCKET, socketAnswers } from '../storage/journal/lock-socket.ts';
import type { Store } from '../storage/store.ts';
import type { StoreAccess } from './command.ts';
import { ask, BusyError } from './control-client.ts';
import { CommandError } from './operation.ts';
import type { Operation, Operations, Runner } from './operation.ts';

/** How long a command waits for another one that has the store open. */
const PATIENCE_MS = 60_000;
const RETRY_MS = 50;
/** After so long, the person is told what is waited for. */
const TELL_MS = 2_000;

interface OpenStore {
  readonly store: Store;
  readonly operations: Operations;
}

export interface StoreRunnerOptions {
  readonly config: Config;
  readonly access: StoreAccess;
  /** Takes a line for standard error, with its newline. */
  readonly tell: (line: string) => void;
  /** Takes a line of the security log, or a notice, where this process opens the store. */
  readonly log: (line: string) => void;
}

/**
 * Runs operations in the server that has the data directory, over its socket; where there is none, here, on the store
 * that this process then opens.
 */
export class StoreRunner implements Runner {
  readonly #options: StoreRunnerOptions;
  /** The store that this process has open, or is opening; null: none. */
  #local: Promise<OpenStore> | null = null;
  #isOver = false;

  constructor(options: StoreRunnerOptions) {
    this.#options = options;
  }

  async run<I, R>(operation: Operation<I, R>, input: I): Promise<R> {
    const startedAt = performance.now();
    let hasTold = false;
    let wasSilent = false;
    for (;;) {
      try {
        // Any number of processes share a database: nobody need be asked.
        const asks = this.#local === null && this.#options.config.databaseUrl === null;
        const socket = asks ? await connectTo(this.#directory) : null;
        if (socket !== null) return await ask(socket, operation, input);
        const { operations } = await this.#open();
        return await operation.perform(input, operations);
      } catch (error) {
        const waitedMs = performance.now() - startedAt;
        const isLocked = error instanceof StoreLockedError;
        const isSilent = isLocked && !(await socketAnswers(this.#directory, LOCK_SOCKET));
        // Silent twice, and not just gone: a lock without a socket is a server's of the first version, and will stay.
        const mayPass = error instanceof BusyError || (isLocked && !(isSilent && wasSilent));
        wasSilent = isSilent;
        if (!mayPass || waitedMs > PATIENCE_MS) throw this.#told(error);
        if (waitedMs > TELL_MS && !hasTold) this.#options.tell(`waiting for another command that has ${this.#directory}\n`);
        hasTold ||= waitedMs > TELL_MS;
        await delay(RETRY_MS);
      }
    }
  }

  async release(): Promise<void> {
    const local = this.#local;
    this.#local = null;
    // One that could not be opened was told to who opened it.
    const open = await local?.catch(() => null);
    await open?.store.close();
  }

  /** Gives the store up for good: what still runs, after an interruption, must not open it again. */
  async end(): Promise<void> {
    this.#isOver = true;
    await this.release();
  }

  get #directory(): string {
    return this.#options.config.dataDirectory;
  }

  #open(): Promise<OpenStore> {
    if (this.#isOver) return Promise.reject(new CommandError('interrupted'));
    if (this.#local !== null) return this.#local;
    const opening = this.#openAnew();
    this.#local = opening;
    opening.catch(() => {
      if (this.#local === opening) this.#local = null;
    });
    return opening;
  }

  async #openAnew(): Promise<OpenStore> {
    const { config, access, log } = this.#options;
    const { store, database, app } = assemble({
      // Sessions in the memory of a server ended with it; those that are stored are the ones to be seen and ended.
      config: { ...config, authType: 'session_db_auth', logFormat: 'off' },
      logs: { access: () => {}, security: log, notice: log },
      publicUrl: () => config.publicUrl,
      access,
    });
    await store.open();
    return { store, operations: { services: app.services, sessions: app.sessions, database } };
  }

  #told(error: unknown): unknown {
    if (error instanceof BusyError) {
      return new CommandError(`${this.#directory} is in use by another command: try again when that has ended`);
    }
    if (isErrorCode(error, 'EACCES', 'EPERM')) {
      return new CommandError(
        `${this.#directory} is open to its owner and root alone: run this as the user that the server runs as`,
      );
    }
    return error;
  }
}
