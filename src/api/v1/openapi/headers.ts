const TEXT = { type: 'string' } as const;

/** Fields of answers that routes name. Those that every answer has are said once, in the document's introduction. */
export const HEADERS = {
  Location: { description: 'Where it is.', schema: { type: 'string', format: 'uri-reference' } },
  Link: {
    description: 'The next page, with `rel="next"` (RFC 8288).',
    schema: { ...TEXT, pattern: '^<[^>]+>; rel="next"$' },
    example: '</api/v1/users?limit=100&after=9375973a-68c7-46aa-b135-29f79e837495>; rel="next"',
  },
  'Set-Cookie': {
    description: 'The session cookie, or its removal.',
    schema: { ...TEXT, pattern: '; Path=/; .*HttpOnly; (?:Secure; )?SameSite=Lax$' },
    example: '_my_session_id=5535d4d7-3d77-4d06-8281-495dc3acfe76; Path=/; HttpOnly; SameSite=Lax',
  },
  'WWW-Authenticate': {
    description: 'How to authenticate (RFC 9110 section 11.6.1).',
    schema: { ...TEXT, pattern: '^(?:Basic|Session) realm="' },
  },
  'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer', minimum: 0 }, example: 5 },
  'Accept-Encoding': { description: 'The content codings that are read.', schema: { const: 'identity' } },
  'X-Request-Id': { description: 'Names the request in the server’s log.', schema: TEXT },
  'Remote-User': { description: 'The email, in UTF-8.', schema: TEXT },
  'Remote-Email': { description: 'The email, in UTF-8.', schema: TEXT },
  'Remote-Name': { description: 'First and last name, in UTF-8; empty where there are none.', schema: TEXT },
  'Remote-Groups': { description: 'The groups, with commas between them; empty where there are none.', schema: TEXT },
  'Remote-Id': { description: 'The id of the user.', schema: TEXT },
} as const;

export type HeaderName = keyof typeof HEADERS;
