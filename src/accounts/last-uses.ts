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

  /**
   * Gives a session that a database has just read the last use that is not written there yet.
   *
   * @returns whether this very session is noted already
   */
  recall(session: UserSession): boolean {
    const noted = this.#used.get(session.id);
    if (noted === session) return true;
    const used = noted ?? this.#underWay.get(session.id);
    if (used !== undefined) session.seen(used.lastSeenAt);
    return false;
  }

  /**
   * Writes what was noted. A session that was ended meanwhile stays ended.
   *
   * @throws {StoreUnavailableError} some could not be written: they are with the next ones
   */
  async write(): Promise<void> {
    const { userSessions } = this.#database;
    const underWay = this.#used;
    const ids = [...underWay.keys()];
    this.#underWay = underWay;
    this.#used = new Map();
    const lastUseOf = ({ id, lastSeenAt }: UserSession): number => Math.max(lastSeenAt, underWay.get(id)?.lastSeenAt ?? 0);
    let written = 0;
    try {
      for (; written < ids.length; written += USES_PER_COMMIT) {
        const some = ids.slice(written, written + USES_PER_COMMIT);
        const models = await userSessions.updateAll(some, (current) => current.with({ lastSeenAt: lastUseOf(current) }));
        // They may have been used again while this was written.
        for (const model of models) model.seen(lastUseOf(model));
      }
    } finally {
      this.#underWay = new Map();
      for (const id of ids.slice(written)) {
        const session = underWay.get(id);
        if (session !== undefined && !this.#used.has(id)) this.#used.set(id, session);
      }
    }
  }
}
