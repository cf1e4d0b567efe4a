import type { Identified, Repository, Schema, Transaction } from '../store.ts';
import { Batch } from './batch.ts';
import type { Collection } from './collection.ts';
import { TransactionRepository } from './transaction-repository.ts';

/** How a store makes changes durable. */
export interface Committer {
  /** The batch that is being gathered. */
  gathering(): Batch;
  /** Resolves once the batch being gathered is durable and applied. */
  commit(): Promise<void>;
}

/** The transaction that runs. */
interface Running {
  readonly batch: Batch;
  /** Resolves when its changes are part of the batch being gathered, or given up. */
  readonly ended: Promise<void>;
  /** Why it cannot be committed any more. */
  failure: Error | null;
}

/**
 * Runs transactions, one at a time. The changes of each are a batch of their own on top of the one being gathered, and
 * join that one at the end. To make them durable is no part of the time in which others wait.
 */
export class Transactions {
  readonly #committer: Committer;
  readonly #find: <M extends Identified, O extends Identified>(schema: Schema<M, O>) => Collection<M, O>;
  #running: Running | null = null;
  /** Resolves when the last transaction that was asked for has ended. */
  #lastEnded: Promise<void> = Promise.resolve();
  /** Whether the work of a transaction is on the stack. */
  #isWorkOnStack = false;

  /** @param find gives the collection of a schema, or throws a TypeError */
  constructor(
    committer: Committer,
    find: <M extends Identified, O extends Identified>(schema: Schema<M, O>) => Collection<M, O>,
  ) {
    this.#committer = committer;
    this.#find = find;
  }

  /** What a single write waits for before it changes anything; null where no transaction runs. */
  get turn(): Promise<void> | null {
    return this.#running === null ? null : this.#running.ended;
  }

  /** The changes on which the transaction that runs builds could not be written. */
  fail(error: Error): void {
    if (this.#running !== null) this.#running.failure ??= error;
  }

  /** As `Store.transaction`. */
  async run<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    if (this.#isWorkOnStack) throw new TypeError('a transaction is begun within another one');
    const previous = this.#lastEnded;
    let end = (): void => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#lastEnded = ended;
    await previous;
    const running: Running = { batch: new Batch(), ended, failure: null };
    this.#running = running;
    let result: T;
    try {
      result = await this.#work(running, work);
      if (running.failure !== null) throw running.failure;
    } catch (error) {
      running.batch.discard();
      throw running.failure ?? error;
    } finally {
      this.#running = null;
      end();
    }
    if (running.batch.changeCount === 0) return result;
    running.batch.moveTo(this.#committer.gathering());
    await this.#committer.commit();
    return result;
  }

  #work<T>(running: Running, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const isRunning = (): boolean => this.#running === running;
    const writer = {
      get batch(): Batch {
        if (!isRunning()) throw new TypeError('the transaction is over');
        return running.batch;
      },
      turn: null,
      commit: async () => {},
    };
    const transaction: Transaction = {
      collection: <M extends Identified, O extends Identified>(schema: Schema<M, O>): Repository<M, O> =>
        new TransactionRepository(this.#find(schema), writer),
    };
    this.#isWorkOnStack = true;
    try {
      return work(transaction);
    } finally {
      this.#isWorkOnStack = false;
    }
  }
}
