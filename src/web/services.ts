import type { Accounts } from '../accounts/accounts.ts';
import type { Passwords } from '../accounts/passwords.ts';
import type { SecurityLog } from '../accounts/security-log.ts';
import type { SignIn } from '../accounts/sign-in.ts';
import type { Auth } from '../api/v1/auth/auth.ts';
import type { Config } from '../config.ts';
import type { Users } from '../models/user.ts';

/** What API and pages are made of: every handler gets all of it, in one way. */
export interface Services {
  readonly config: Config;
  /** null: AUTH_TYPE=none. */
  readonly auth: Auth | null;
  /** For the `WWW-Authenticate` of a 401. */
  readonly challenge: string;
  /** Where browsers reach this server, without a slash at its end; null: not known. */
  readonly publicUrl: () => string | null;
  /** To read; changes go through `accounts`. */
  readonly users: Users;
  readonly accounts: Accounts;
  readonly passwords: Passwords;
  readonly signIn: SignIn;
  readonly securityLog: SecurityLog;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}
