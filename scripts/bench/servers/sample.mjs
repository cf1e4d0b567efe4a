/**
 * The answer that every peer gives: what our own server said to an authenticated
 * `GET /api/v1/users/me`, handed on by the harness, so that all send the same user.
 */

/**
 * @typedef {object} Sample
 * @property {string} body the user as JSON, exactly as our server sends it
 * @property {string[]} headers our header fields as a flat list of name and value, without those that
 *   Node adds to every answer by itself (Date, Connection, Keep-Alive)
 * @property {number} keepAliveSeconds how long our server keeps an idle connection, as its Keep-Alive field says
 */

/** @type {Sample} */
export const sample = JSON.parse(process.env.BENCH_SAMPLE ?? '{}');

/** The user as a value, for peers that serialise it their own way. */
export const user = JSON.parse(sample.body);

/** What a peer reads to find the user of a session. */
export const usersById = new Map([[user.id, user]]);

/**
 * Tells the harness where a server listens, in the line that our own server prints.
 *
 * @param {number} port
 */
export function announce(port) {
  console.log(` * Running on http://127.0.0.1:${port}/ (Press CTRL+C to quit)`);
}
