import type { Awaitable } from '../http/awaitable.ts';
import type { Database, Models } from '../models/repositories.ts';
import { createClientSharing, sessionEnd, UserSession } from '../models/user-session.ts';
import type { SessionPolicy } from '../models/user-session.ts';
import type { User } from '../models/user.ts';
import { newSessionId } from '../security/session-id.ts';
import type { Owned } from '../storage/store.ts';
import { withUser } from './caller.ts';
import type { Caller } from './caller.ts';
import type { ClockWatch } from './clock-watch.ts';
import type { LastUses } from './last-uses.ts';
import type { SecurityLog } from './security-log.ts';
import { handleOf } from './session-entry.ts';
import type { SessionEntry } from './session-entry.ts';

/** The last time that a Date can be, in milliseconds since the epoch (ECMAScript, Time Values and Time Range). */
const LAST_TIME = 8_640_000_000_000_000;

/** What is kept of a `User-Agent`. In UTF-16 units. */
const MAX_USER_AGENT_LENGTH = 256;

/** A session and its user. */
export type OwnedSession = Owned<UserSession, User>;

export interface SessionsOptions {
  readonly database: Database;
  readonly policy: SessionPolicy;
  /** How many sessions a user may have; 0: any number. */
  readonly maxPerUser: number;
  /** Gives the id under which a session is kept; identity for those in memory. */
  readonly keyOf: (sessionId: string) => string;
  /** null: they are in memory, where a use is exact at once. */
  readonly lastUses: LastUses | null;
  readonly clockWatch: ClockWatch;
  readonly log: SecurityLog;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

/** A session, and those in whose place it is. */
export interface Replaced {
  readonly sessionId: string;
  readonly ended: readonly UserSession[];
}

/**
 * The sessions of all users, in memory or in the store: the one way to make, find and end them.
 *
 * Longer than 200 lines: whoever asks whether something can end a session, or make one, is to read one file.
 */
export class Sessions {
  readonly keyOf: (sessionId: string) => string;
  readonly policy: SessionPolicy;
  readonly #database: Database;
  readonly #maxPerUser: number;
  readonly #clockWatch: ClockWatch;
  readonly #log: SecurityLog;
  readonly #clock: () => number;
  readonly #clientOf = createClientSharing();
  readonly #lastUses: LastUses | null;

  constructor(options: SessionsOptions) {
    this.keyOf = options.keyOf;
    this.policy = options.policy;
    this.#database = options.database;
    this.#maxPerUser = options.maxPerUser;
    this.#clockWatch = options.clockWatch;
    this.#log = options.log;
    this.#clock = options.clock;
    this.#lastUses = options.lastUses;
  }

  /**
   * Makes a session. Of a user who has as many as allowed, the one unused longest ends.
   *
   * @param userId whose it is
   * @param caller the client that signs in
   * @param models of a transaction; by default, one of its own
   * @returns the session id, for the cookie and for nothing else
   * @throws {MissingOwnerError} the user does not exist
   * @throws {StoreUnavailableError} it could not be written
   */
  async create(userId: string, caller: Caller, models?: Models): Promise<string> {
    if (models === undefined) return this.#database.transaction((inner) => this.create(userId, caller, inner));
    const sessionId = newSessionId();
    const { durationMs } = this.policy;
    const createdAt = this.#clock();
    await this.#makeRoom(userId, models);
    await models.userSessions.save(
      new UserSession({
        sessionId: this.keyOf(sessionId),
        userId,
        createdAt,
        expiresAt: durationMs === null ? null : Math.min(createdAt + durationMs, LAST_TIME),
        lastSeenAt: createdAt,
        client: this.#clientOf(caller.address, caller.userAgent?.slice(0, MAX_USER_AGENT_LENGTH) ?? null),
      }),
    );
    return sessionId;
  }

  /**
   * Makes a session in place of those that the client came with: an id that somebody planted before is worth nothing
   * (session fixation; OWASP ASVS 5.0, 7.2.4).
   *
   * @param formerKeys of the sessions in the request's cookies
   * @returns the session id, and the live sessions that ended, for `logSignedOut` once the transaction is made
   * @throws what `create` throws; the former ones are then as they were
   */
  async replace(formerKeys: readonly string[], userId: string, caller: Caller, models: Models): Promise<Replaced> {
    const ended: UserSession[] = [];
    for (const key of formerKeys) {
      const session = await this.end(key, models);
      if (session !== null) ended.push(session);
    }
    return { sessionId: await this.create(userId, caller, models), ended };
  }

  logSignedOut(ended: readonly UserSession[], caller: Caller): void {
    for (const { userId } of ended) this.#log.log('signed_out', withUser(caller, userId), { user_id: userId });
  }

  /**
   * The live session with one of these keys and its user; it counts as used.
   *
   * @param keys tried in turn: clients may send several cookies of one name
   * @returns null where none is live
   */
  find(keys: readonly string[]): Awaitable<OwnedSession | null> {
    return this.#findFrom(keys, 0);
  }

  #findFrom(keys: readonly string[], index: number): Awaitable<OwnedSession | null> {
    const key = keys[index];
    if (key === undefined) return null;
    const owned = this.#database.userSessions.getWithOwner(key);
    if (owned instanceof Promise) return owned.then((later) => this.#usedOrNext(later, keys, index));
    return this.#usedOrNext(owned, keys, index);
  }

  #usedOrNext(owned: OwnedSession | null, keys: readonly string[], index: number): Awaitable<OwnedSession | null> {
    return owned !== null && this.#use(owned.model) ? owned : this.#findFrom(keys, index + 1);
  }

  /** @returns whether the session is live */
  #use(session: UserSession): boolean {
    const now = this.#clock();
    const isNoted = this.#lastUses === null || this.#lastUses.recall(session);
    if (!this.#isBefore(session, now)) return false;
    session.seen(now);
    if (!isNoted) this.#lastUses?.note(session);
    return true;
  }

  #isLive(session: UserSession, now: number): boolean {
    this.#lastUses?.recall(session);
    return this.#isBefore(session, now);
  }

  /** Whether the session's end is not over. */
  #isBefore(session: UserSession, now: number): boolean {
    const endsAt = sessionEnd(session, this.policy);
    // A date in the future is no reason to end a session: clocks are set back.
    return endsAt === null || now <= endsAt;
  }

  /** The live session with this key, whoever's; it does not count as used. */
  async get(key: string): Promise<UserSession | null> {
    const session = await this.#database.userSessions.get(key);
    return session !== null && this.#isLive(session, this.#clock()) ? session : null;
  }

  /** The live sessions of a user, the one used last first. */
  async list(userId: string): Promise<SessionEntry[]> {
    const now = this.#clock();
    const sessions = await this.#database.userSessions.search({ userId });
    return sessions
      .filter((session) => this.#isLive(session, now))
      .sort((a, b) => b.lastSeenAt - a.lastSeenAt)
      .map((session) => ({ handle: handleOf(session), session, endsAt: sessionEnd(session, this.policy) }));
  }

  /** Every session, over or not. For small numbers. */
  async all(): Promise<UserSession[]> {
    return this.#database.userSessions.all();
  }

  /**
   * Ends the session with this key.
   *
   * @returns the session; null where there was none, or it was over
   */
  async end(key: string, models: Models = this.#database): Promise<UserSession | null> {
    const session = await models.userSessions.remove(key);
    return session !== null && this.#isLive(session, this.#clock()) ? session : null;
  }

  /**
   * Signs out: ends the sessions with these keys.
   *
   * @returns false where none was live
   */
  async signOut(keys: readonly string[], caller: Caller): Promise<boolean> {
    const ended = (await Promise.all(keys.map((key) => this.end(key)))).filter((session) => session !== null);
    this.logSignedOut(ended, caller);
    return ended.length > 0;
  }

  /**
   * Ends the session of a user that a handle names.
   *
   * @returns the session; null where the user has none with this handle
   */
  async endOne(userId: string, handle: string, caller: Caller): Promise<UserSession | null> {
    const entry = (await this.list(userId)).find((one) => one.handle === handle);
    const ended = entry === undefined ? null : await this.end(entry.session.id);
    if (ended !== null) this.#log.log('sessions_ended', caller, { user_id: userId, ended: 1 });
    return ended;
  }

  /**
   * Ends the sessions of a user.
   *
   * @param exceptKey of a session to leave; null: none
   * @returns how many
   */
  async endAll(userId: string, exceptKey: string | null, caller: Caller): Promise<number> {
    const ended = await this.#database.userSessions.removeOwned(userId, exceptKey);
    if (ended > 0) this.#log.log('sessions_ended', caller, { user_id: userId, ended });
    return ended;
  }

  /**
   * Removes the sessions that are over; to be called now and then. Costs what it removes. Removes none for an hour
   * after the clock was set.
   *
   * @returns how many
   */
  async sweep(): Promise<number> {
    if (!this.#clockWatch.isSteady()) return 0;
    // A session is live in the millisecond of its end.
    return this.#database.userSessions.removeExpired(this.#clock() - 1);
  }

  /** Writes when sessions were last used; to be called now and then, and before the store closes. */
  async writeLastUses(): Promise<void> {
    await this.#lastUses?.write();
  }

  async #makeRoom(userId: string, models: Models): Promise<void> {
    if (this.#maxPerUser === 0) return;
    const sessions = await models.userSessions.search({ userId });
    for (const session of sessions) this.#lastUses?.recall(session);
    const surplus = sessions.length - this.#maxPerUser + 1;
    if (surplus <= 0) return;
    for (const session of sessions.sort((a, b) => a.lastSeenAt - b.lastSeenAt).slice(0, surplus)) {
      await models.userSessions.remove(session.id);
    }
  }
}
