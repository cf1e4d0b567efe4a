import type { AuthType } from '../../../config.ts';
import { Auth } from './auth.ts';
import type { AuthOptions } from './auth.ts';
import { BasicAuth } from './basic-auth.ts';
import { SessionAuth } from './session-auth.ts';
import { SessionDBAuth } from './session-db-auth.ts';
import { SessionExpAuth } from './session-exp-auth.ts';

/** `AUTH_TYPE` → class; null: no authentication. The one place to add another. */
const AUTH_CLASSES: { readonly [type in AuthType]: (new (options: AuthOptions) => Auth) | null } = {
  none: null,
  auth: Auth,
  basic_auth: BasicAuth,
  session_auth: SessionAuth,
  session_exp_auth: SessionExpAuth,
  session_db_auth: SessionDBAuth,
};

/** The authentication that `AUTH_TYPE` names (tutorial tasks 1, 9 and 10); null for `none`. */
export function createAuth(type: AuthType, options: AuthOptions): Auth | null {
  const AuthClass = AUTH_CLASSES[type];
  return AuthClass === null ? null : new AuthClass(options);
}
