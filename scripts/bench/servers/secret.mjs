/** What the peers sign their cookies with; the harness too, for the sessions that it stores. */
export const SECRET = 'a secret of the benchmark of 32 characters or more';
