/** A value as it was written; null: removed, or never there. */
export type LedgerValue = string | null;

interface Account {
  acknowledged: LedgerValue;
  /** Written after the acknowledged one, and never answered for: each of them may be there, or not. */
  attempted: LedgerValue[];
}

/**
 * What was written under each key, and what of it was acknowledged: so that what a store holds after a crash can
 * be compared with what it promised. The writes of one key follow each other.
 */
export class Ledger {
  readonly #accounts = new Map<string, Account>();

  /** Writes a value; what `write` rejects with is passed on. */
  async write<T>(key: string, value: LedgerValue, write: () => Promise<T>): Promise<T> {
    const account = this.#accounts.get(key) ?? { acknowledged: null, attempted: [] };
    this.#accounts.set(key, account);
    account.attempted.push(value);
    const result = await write();
    account.acknowledged = value;
    account.attempted = [];
    return result;
  }

  /** Everything under this key is as it was found: what was in doubt is known now. */
  settle(found: ReadonlyMap<string, string>): void {
    for (const [key, account] of this.#accounts) {
      account.acknowledged = found.get(key) ?? null;
      account.attempted = [];
    }
  }

  keys(): Iterable<string> {
    return this.#accounts.keys();
  }

  /** A sentence for each value that is lost, or was never written. */
  problems(found: ReadonlyMap<string, string>): string[] {
    const problems: string[] = [];
    for (const [key, { acknowledged, attempted }] of this.#accounts) {
      const value = found.get(key) ?? null;
      if (value === acknowledged || attempted.includes(value)) continue;
      problems.push(`${key}: found ${value}, acknowledged ${acknowledged}, attempted since: ${attempted.join(', ')}`);
    }
    for (const [key, value] of found) {
      if (!this.#accounts.has(key)) problems.push(`${key}: found ${value}, never written`);
    }
    return problems;
  }
}
