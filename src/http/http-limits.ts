/** What node:http is told so that no client can hold or exhaust the process. */
export interface HttpLimits {
  /** Request line and headers together, in bytes (431, or 414 where the target alone is longer). */
  readonly maxHeaderBytes: number;
  /** Header lines of one request (431). */
  readonly maxHeaders: number;
  /** For a request to arrive whole, from its first byte; for the first request, from the connection (408). */
  readonly requestTimeoutMs: number;
  /** How often requests are looked through for that: a 408 comes this much later at most. */
  readonly connectionsCheckingIntervalMs: number;
  /** For an idle connection, between an answer and the next request. */
  readonly keepAliveTimeoutMs: number;
  /** Without a byte in either direction while an answer is under way: a client that does not read it. */
  readonly stallTimeoutMs: number;
  /** Open connections: past it the longest idle of the network that has most is closed; where none is, 503. */
  readonly maxConnections: number;
  /** For bodies whose requests are not answered yet, and pipelined requests that wait for their turn (503). */
  readonly maxRequestMemoryBytes: number;
  /** What a handler holds of one body. */
  readonly maxBodyBytes: number;
  /** Of answers that their clients do not read; past it the connections that keep most of it are ended. */
  readonly maxUnsentBytes: number;
  /** How many proxies in front of us are ours; 0: the address of a connection is its client's. */
  readonly trustedProxies: number;
  /** How long connections that are idle when the server closes are still answered. */
  readonly drainMs: number;
  /** For a client that was refused to read why and to close its side. */
  readonly lingerMs: number;
}

/** The limits where none are given. */
export const DEFAULT_HTTP_LIMITS: HttpLimits = {
  maxHeaderBytes: 16_384,
  maxHeaders: 200,
  requestTimeoutMs: 30_000,
  connectionsCheckingIntervalMs: 1_000,
  // Longer than the 60 s for which nginx and most balancers keep an idle connection to us: the side that
  // sends requests must be the first to close, else a request meets a connection that is just going away.
  keepAliveTimeoutMs: 65_000,
  // Longer than requestTimeoutMs, so that a stalled request is told 408 first.
  stallTimeoutMs: 60_000,
  // Some 18 KB each: with all of them open the process stays below 300 MiB (`scripts/hostile-load.ts`).
  maxConnections: 7_000,
  // 256 of the largest bodies. What is refused or ends takes as much again for a moment, until its memory is collected.
  maxRequestMemoryBytes: 16 * 1_048_576,
  maxBodyBytes: 65_536,
  maxUnsentBytes: 64 * 1_048_576,
  trustedProxies: 0,
  drainMs: 1_000,
  lingerMs: 2_000,
};
