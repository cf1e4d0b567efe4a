import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Auth } from '../../../src/api/v1/auth/auth.ts';
import { BasicAuth } from '../../../src/api/v1/auth/basic-auth.ts';
import { createAuth } from '../../../src/api/v1/auth/create-auth.ts';
import { SessionAuth } from '../../../src/api/v1/auth/session-auth.ts';
import { SessionDBAuth } from '../../../src/api/v1/auth/session-db-auth.ts';
import { SessionExpAuth } from '../../../src/api/v1/auth/session-exp-auth.ts';
import { AUTH_TYPES } from '../../../src/config.ts';
import type { AuthType } from '../../../src/config.ts';
import { authKit } from '../../helpers/auth-kit.ts';

test('createAuth() makes the class that AUTH_TYPE names, none for none', () => {
  const classes: { readonly [type in AuthType]: unknown } = {
    none: undefined,
    auth: Auth,
    basic_auth: BasicAuth,
    session_auth: SessionAuth,
    session_exp_auth: SessionExpAuth,
    session_db_auth: SessionDBAuth,
  };
  for (const type of AUTH_TYPES) assert.equal(createAuth(type, authKit().options)?.constructor, classes[type], type);
});

test('the classes inherit as the tutorial has it', () => {
  assert.equal(Object.getPrototypeOf(BasicAuth), Auth);
  assert.equal(Object.getPrototypeOf(SessionAuth), Auth);
  assert.equal(Object.getPrototypeOf(SessionExpAuth), SessionAuth);
  assert.equal(Object.getPrototypeOf(SessionDBAuth), SessionExpAuth);
});
