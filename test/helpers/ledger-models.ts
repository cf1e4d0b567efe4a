import type { Models } from '../../src/models/repositories.ts';
import { Ledger } from './ledger.ts';
import { numberedSession, numberedUser } from './stored-models.ts';

/** Writes users and sessions, and keeps account of them. */
export class LedgerOfModels {
  readonly ledger = new Ledger();
  readonly #models: Models;

  constructor(models: Models) {
    this.#models = models;
  }

  async saveUser(number: number, version: string): Promise<void> {
    await this.ledger.write(`user-${number}`, version, () => this.#models.users.save(numberedUser(number, version)));
  }

  /** A session of a user, with the number of both: together they are removed. */
  async saveSession(number: number): Promise<void> {
    const session = numberedSession(number, `user-${number}`);
    await this.ledger.write(session.id, session.userId, () => this.#models.userSessions.save(session));
  }

  async removeUserAndSession(number: number): Promise<void> {
    await this.ledger.write(`user-${number}`, null, () =>
      this.ledger.write(`session-${number}`, null, () => this.#models.users.remove(`user-${number}`)),
    );
  }
}

/** What a store holds, as a ledger knows it: only what is whole. */
export async function ledgerEntries({ users, userSessions }: Models): Promise<Map<string, string>> {
  const entries = new Map<string, string>();
  for (const user of await users.all()) {
    const number = Number(user.id.slice('user-'.length));
    const isWhole = JSON.stringify(user) === JSON.stringify(numberedUser(number, user.lastName));
    entries.set(user.id, isWhole ? String(user.lastName) : `not whole: ${JSON.stringify(user)}`);
  }
  for (const session of await userSessions.all()) entries.set(session.id, session.userId);
  return entries;
}
