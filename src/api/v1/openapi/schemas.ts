/** A JSON Schema 2020-12, or a part of one. */
export type JsonSchema = { readonly [keyword: string]: unknown };

const TIME = {
  type: 'string',
  pattern: String.raw`^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$`,
  description: 'In UTC.',
  examples: ['2017-09-25 01:55:17'],
} as const;

const ID = { type: 'string', examples: ['9375973a-68c7-46aa-b135-29f79e837495'] } as const;
const NAME = { type: ['string', 'null'], maxLength: 200, examples: ['Mia'] } as const;
const EMAIL = { type: 'string', maxLength: 254, examples: ['mia@example.com'] } as const;
const GROUP = { type: 'string', pattern: '^[a-z0-9][a-z0-9._-]{0,63}$', examples: ['staff'] } as const;
const GROUPS = { type: 'array', items: GROUP, maxItems: 32 } as const;
const NEW_PASSWORD = { type: 'string', minLength: 1, examples: ['correct horse battery'] } as const;
const LINK_URL = {
  type: 'string',
  format: 'uri',
  description: 'A link for one use. It is shown once: whoever has it can set the password.',
  examples: ['https://auth.example.com/password-reset/0YbK3mq1PZtVnZ1rD3yq5xw8uTjLc2vGf4sHa6oXe9I'],
} as const;

/** Every member is there, and no other. */
function closed(properties: { readonly [name: string]: JsonSchema }): JsonSchema {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
}

/** Members that are not named are let through and not read. */
function open(properties: { readonly [name: string]: JsonSchema }, required: readonly string[] = []): JsonSchema {
  return { type: 'object', properties, ...(required.length > 0 && { required }) };
}

const USER_FIELDS = { created_at: TIME, email: { type: 'string' }, first_name: { type: ['string', 'null'] } } as const;
const USER_FIELDS_2 = { id: ID, last_name: { type: ['string', 'null'] }, updated_at: TIME } as const;

/** The schemas that routes name. */
export const SCHEMAS = {
  Error: closed({ error: { type: 'string', description: 'What is wrong, and what would do.', examples: ['Not found'] } }),
  Empty: closed({}),
  Document: {
    ...open({ openapi: { const: '3.1.1' }, info: { type: 'object' }, paths: { type: 'object' } }, ['openapi', 'info', 'paths']),
    description: 'An OpenAPI document.',
  },
  Status: closed({ status: { const: 'OK' } }),
  Stats: closed({ users: { type: 'integer', minimum: 0, examples: [3] } }),
  User: closed({ ...USER_FIELDS, ...USER_FIELDS_2 }),
  Users: { type: 'array', maxItems: 1_000, items: { $ref: '#/components/schemas/User' } },
  InvitedUser: closed({ ...USER_FIELDS, expires_at: TIME, ...USER_FIELDS_2, url: LINK_URL }),
  Link: closed({ expires_at: TIME, url: LINK_URL }),
  Groups: closed({ groups: GROUPS }),
  Sessions: closed({ sessions: { type: 'array', items: { $ref: '#/components/schemas/Session' } } }),
  Session: closed({
    address: { type: ['string', 'null'], examples: ['203.0.113.7'] },
    created_at: TIME,
    current: { type: 'boolean', description: 'Whether this session asks.' },
    expires_at: { ...TIME, type: ['string', 'null'], description: 'In UTC; null: never.' },
    handle: { type: 'string', description: 'Names the session. Nobody can sign in with it.', examples: ['uQ0fX1s8aLr3bq_D'] },
    last_seen_at: TIME,
    user_agent: { type: ['string', 'null'], maxLength: 256 },
  }),

  Login: open({ email: EMAIL, password: { type: 'string', examples: ['correct horse battery'] } }, ['email', 'password']),
  NewUser: open(
    {
      email: EMAIL,
      password: { ...NEW_PASSWORD, description: 'Absent with `invite`.' },
      first_name: NAME,
      last_name: NAME,
      groups: { ...GROUPS, description: 'DEFAULT_GROUPS where absent.' },
      invite: { type: 'boolean', description: 'true: a user who cannot sign in yet, and a link to choose a password.' },
    },
    ['email'],
  ),
  Names: open({ first_name: NAME, last_name: NAME }),
  NewEmail: open({ email: EMAIL }, ['email']),
  NewGroups: open({ groups: GROUPS }, ['groups']),
  PasswordChange: open({ current_password: { type: 'string' }, new_password: NEW_PASSWORD }, [
    'current_password',
    'new_password',
  ]),
  LinkUse: open({ token: { type: 'string' }, new_password: NEW_PASSWORD }, ['token', 'new_password']),
} satisfies { readonly [name: string]: JsonSchema };

export type SchemaName = keyof typeof SCHEMAS;
