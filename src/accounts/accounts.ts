import { DuplicateValueError, InvalidValueError, LastAdministratorError } from '../errors.ts';
import type { Database, Models } from '../models/repositories.ts';
import { checkedEmail, checkedName } from '../models/user-input.ts';
import { ACTIVE_ADMINISTRATOR, ADMINS, isActiveAdministrator, User } from '../models/user.ts';
import type { PasswordHasher } from '../security/password.ts';
import { shareOf } from '../security/client-share.ts';
import { passwordProblem } from '../security/password-policy.ts';
import type { Caller } from './caller.ts';
import { checkedGroups } from './groups.ts';
import { checkedUser } from './new-user.ts';
import type { CheckedUser, NewUser } from './new-user.ts';
import type { SecurityLog } from './security-log.ts';

export interface AccountsOptions {
  readonly database: Database;
  readonly passwords: PasswordHasher;
  readonly log: SecurityLog;
  /** In characters. */
  readonly passwordMinLength: number;
  /** Of new users for whom no groups are named. */
  readonly defaultGroups: readonly string[];
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

/** Makes, changes and removes users. The one place that does, whoever asks. */
export class Accounts {
  readonly #database: Database;
  readonly #passwords: PasswordHasher;
  readonly #log: SecurityLog;
  readonly #passwordMinLength: number;
  readonly #defaultGroups: readonly string[];
  readonly #clock: () => number;

  constructor(options: AccountsOptions) {
    this.#database = options.database;
    this.#passwords = options.passwords;
    this.#log = options.log;
    this.#passwordMinLength = options.passwordMinLength;
    this.#defaultGroups = options.defaultGroups;
    this.#clock = options.clock;
  }

  /**
   * Makes a user with a password. The first one of an empty store is an administrator.
   *
   * @throws {InvalidValueError} a value will not do
   * @throws {DuplicateValueError} another user has the email
   * @throws {OverloadedError} too many passwords wait to be hashed
   */
  async create(input: NewUser, password: unknown, caller: Caller): Promise<User> {
    const fields = checkedUser(input, this.#defaultGroups);
    const checkedPassword = this.checkedPassword(password);
    // Before the hash, which is expensive; `save` looks again.
    await this.#refuseTaken(fields.email);
    const passwordHash = await this.#passwords.hash(checkedPassword, shareOf(caller));
    await caller.assertStillAllowed?.();
    const user = await this.#save(fields, passwordHash);
    this.#log.log('user_created', caller, { user_id: user.id, email: user.email, groups: user.groups });
    return user;
  }

  /**
   * Makes a user who cannot sign in yet: a link for one use (`Passwords.makeLink`) lets the person choose a password.
   *
   * @throws {InvalidValueError} a value will not do
   * @throws {DuplicateValueError} another user has the email
   */
  async invite(input: NewUser, caller: Caller): Promise<User> {
    const user = await this.#save(checkedUser(input, this.#defaultGroups), null);
    this.#log.log('user_invited', caller, { user_id: user.id, email: user.email, groups: user.groups });
    return user;
  }

  /**
   * Changes the names that are given; null and undefined leave a name as it is.
   *
   * @returns null where there is no such user
   * @throws {InvalidValueError} a value will not do
   */
  async changeNames(id: string, names: Pick<NewUser, 'firstName' | 'lastName'>): Promise<User | null> {
    const firstName = checkedName('first_name', names.firstName);
    const lastName = checkedName('last_name', names.lastName);
    return this.#database.users.update(id, (current) =>
      current.with({
        firstName: firstName ?? current.firstName,
        lastName: lastName ?? current.lastName,
        updatedAt: this.#clock(),
      }),
    );
  }

  /**
   * @returns null where there is no such user
   * @throws {InvalidValueError} the email will not do
   * @throws {DuplicateValueError} another user has it
   */
  async changeEmail(id: string, email: unknown, caller: Caller): Promise<User | null> {
    const checked = checkedEmail(email);
    let former = '';
    const user = await this.#database.users.update(id, (current) => {
      former = current.email;
      return current.with({ email: checked, updatedAt: this.#clock() });
    });
    if (user !== null) {
      this.#log.log('email_changed', caller, { user_id: user.id, email: user.email, former_email: former });
    }
    return user;
  }

  /**
   * @param change gives the groups from those that the user has, still to be checked
   * @returns null where there is no such user
   * @throws {InvalidValueError} the groups will not do
   * @throws {LastAdministratorError} nobody would be left who may administer; the operator may do it all the same
   */
  async changeGroups(
    id: string,
    change: (groups: readonly string[]) => unknown,
    caller: Caller,
  ): Promise<User | null> {
    const changed = await this.#database.transaction(async (models) => {
      const current = await models.users.get(id);
      if (current === null) return null;
      const groups = checkedGroups(change(current.groups));
      const next = current.with({ groups, updatedAt: this.#clock() });
      if (!isActiveAdministrator(next)) await this.#keepAdministrator(current, caller, models);
      return { user: await models.users.save(next), former: current.groups };
    });
    if (changed === null) return null;
    const { user, former } = changed;
    this.#log.log('groups_changed', caller, { user_id: user.id, groups: user.groups, former_groups: former });
    return user;
  }

  /**
   * Removes a user, and ends every session of that user.
   *
   * @returns null where there is no such user
   * @throws {LastAdministratorError} nobody would be left who may administer; the operator may do it all the same
   */
  async remove(id: string, caller: Caller): Promise<User | null> {
    const removed = await this.#database.transaction(async (models) => {
      const current = await models.users.get(id);
      if (current === null) return null;
      await this.#keepAdministrator(current, caller, models);
      return models.users.remove(id);
    });
    if (removed !== null) this.#log.log('user_deleted', caller, { user_id: removed.id, email: removed.email });
    return removed;
  }

  /**
   * @returns the same password
   * @throws {InvalidValueError} it will not do for a new one
   */
  checkedPassword(password: unknown): string {
    if (typeof password !== 'string') throw new InvalidValueError('password', 'password must be a text');
    const problem = passwordProblem(password, this.#passwordMinLength);
    if (problem !== null) throw new InvalidValueError('password', problem);
    return password;
  }

  async #save(fields: CheckedUser, passwordHash: string | null): Promise<User> {
    return this.#database.transaction(async (models) => {
      const isFirst = (await models.users.count()) === 0;
      const groups = isFirst ? [...new Set([...fields.groups, ADMINS])].sort() : fields.groups;
      return models.users.save(new User({ ...fields, groups, passwordHash, createdAt: this.#clock() }));
    });
  }

  async #refuseTaken(email: string): Promise<void> {
    const [taken] = await this.#database.users.search({ email });
    if (taken !== undefined) throw new DuplicateValueError('users', 'email');
  }

  /** Lets a user stop being an administrator where another one is left who can sign in. */
  async #keepAdministrator(user: User, caller: Caller, models: Models): Promise<void> {
    if (caller.isOperator || !isActiveAdministrator(user)) return;
    const administrators = await models.users.search({ administrator: ACTIVE_ADMINISTRATOR });
    if (administrators.every(({ id }) => id === user.id)) throw new LastAdministratorError();
  }
}
