import type { Database } from '../models/repositories.ts';
import type { UserSession } from '../models/user-session.ts';

/** Last uses written in one commit. */
const USES_PER_COMMIT = 1_000;

/** When sessions were last used: exact in memory, and written now and then, without a request waiting for it. */
export class LastUses {
  readonly #database: Database;
  /** Those used since their last use was written, by id. */
  #used = new Map<string, UserSession>();
  /** Those whose last use is being written. */
  #underWay: ReadonlyMap<string, UserSession> = new Map();

  constructor(database: Database) {
    this.#database = database;
  }

  /** Notes that a session was used just now. */
  note(session: UserSession): void {
    this.#used.set(session.id, session);
  }

  /** Gives a session that a database has just read the last use that is not written there yet. */
  recall(session: UserSession): void {
    const used = this.#used.get(session.id) ?? this.#underWay.get(session.id);
    if (used !== undefined && used !== session) session.seen(used.lastSeenAt);
  }

  /**
   * Writes what was noted. A session that was ended meanwhile stays ended.
   *
   * @throws {StoreUnavailableError} some could not be written: they are with the next ones
   */
  async write(): Promise<void> {
    const used = [...this.#used.values()];
    this.#underWay = this.#used;
    this.#used = new Map();
    let written = 0;
    try {
      for (; written < used.length; written += USES_PER_COMMIT) {
        await Promise.all(used.slice(written, written + USES_PER_COMMIT).map((session) => this.#writeOne(session)));
      }
    } finally {
      this.#underWay = new Map();
      for (const session of used.slice(written)) {
        if (!this.#used.has(session.id)) this.#used.set(session.id, session);
      }
    }
  }

  async #writeOne(session: UserSession): Promise<void> {
    const written = await this.#database.userSessions.update(session.id, (current) =>
      current.with({ lastSeenAt: Math.max(current.lastSeenAt, session.lastSeenAt) }),
    );
    // It may have been used again while this was written.
    written?.seen(session.lastSeenAt);
  }
}
