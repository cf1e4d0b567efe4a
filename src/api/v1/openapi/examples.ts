import { packageVersion } from '../../../version.ts';
import type { SchemaName } from './schemas.ts';

const ID = '9375973a-68c7-46aa-b135-29f79e837495';
const MADE = '2017-09-25 01:55:17';
const ENDS = '2017-10-02 01:55:17';
const PASSWORD = 'correct horse battery';
const URL = 'https://auth.example.com/password-reset/0YbK3mq1PZtVnZ1rD3yq5xw8uTjLc2vGf4sHa6oXe9I';
const USER = {
  created_at: MADE,
  email: 'mia@example.com',
  first_name: 'Mia',
  id: ID,
  last_name: null,
  updated_at: MADE,
} as const;
const { created_at, email, first_name, id, last_name, updated_at } = USER;

const SESSION = {
  address: '203.0.113.7',
  created_at: MADE,
  current: true,
  expires_at: ENDS,
  handle: 'uQ0fX1s8aLr3bq_D',
  last_seen_at: MADE,
  user_agent: 'curl/8.5.0',
} as const;

/** A value of each schema, as an answer or a request has it. */
export const EXAMPLES: { readonly [name in SchemaName]: unknown } = {
  Error: { error: 'Not found' },
  Empty: {},
  Document: { openapi: '3.1.1', info: { title: 'Session authentication server', version: packageVersion() }, paths: {} },
  Status: { status: 'OK' },
  Stats: { users: 3 },
  User: USER,
  Users: [USER],
  InvitedUser: { created_at, email, expires_at: ENDS, first_name, id, last_name, updated_at, url: URL },
  Link: { expires_at: ENDS, url: URL },
  Groups: { groups: ['ops', 'staff'] },
  Session: SESSION,
  Sessions: { sessions: [SESSION] },
  Login: { email, password: PASSWORD },
  NewUser: { email, first_name, password: PASSWORD },
  Names: { first_name, last_name: 'Nguyen' },
  NewEmail: { email: 'mia.nguyen@example.com' },
  NewGroups: { groups: ['ops', 'staff'] },
  PasswordChange: { current_password: PASSWORD, new_password: 'a much longer sentence' },
  LinkUse: { new_password: PASSWORD, token: '0YbK3mq1PZtVnZ1rD3yq5xw8uTjLc2vGf4sHa6oXe9I' },
};
