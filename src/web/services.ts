import type { Accounts } from '../accounts/accounts.ts';
import type { Passwords } from '../accounts/passwords.ts';
import type { SecurityLog } from '../accounts/security-log.ts';
import type { SignIn } from '../accounts/sign-in.ts';
import type { Auth } from '../api/v1/auth/auth.ts';
import type { Config } from '../config.ts';
import type { JsonContent } from '../http/json.ts';
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
  /** The OpenAPI document of the API, made when it is first asked for. */
  readonly openApi: () => JsonContent;
  /** Whether the server was told to stop, and finishes what is under way. */
  readonly isStopping: () => boolean;
  readonly securityLog: SecurityLog;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}
