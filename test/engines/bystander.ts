import { Agent } from 'node:http';
import { send } from '../helpers/client.ts';

/** How one client fares that does nothing out of the ordinary. */
export interface Bystander {
  /** `http://127.0.0.1:…`, without a path. */
  readonly base: string;
  readonly cookie: string;
  readonly email: string;
  readonly password: string;
}

/** How long a request took. null: it was not answered 200. */
type Latencies = readonly (number | null)[];

async function timed(request: () => Promise<{ readonly status: number }>): Promise<number | null> {
  const started = performance.now();
  try {
    return (await request()).status === 200 ? performance.now() - started : null;
  } catch {
    return null;
  }
}

async function repeated(seconds: number, request: () => Promise<{ readonly status: number }>): Promise<Latencies> {
  const latencies: (number | null)[] = [];
  for (const end = performance.now() + seconds * 1_000; performance.now() < end; ) latencies.push(await timed(request));
  return latencies;
}

/** `GET /status`, each on a connection of its own: a new client must always get in. In milliseconds. */
export function statusLatencies({ base }: Bystander, seconds: number): Promise<Latencies> {
  return repeated(seconds, () => send(base, 'GET', '/api/v1/status'));
}

/** Authenticated GETs a second, one after the other on one connection; those that failed do not count. */
export async function authenticatedRate({ base, cookie }: Bystander, seconds: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    const latencies = await repeated(seconds, () => send(base, 'GET', '/api/v1/users/me', { cookie, agent }));
    return latencies.filter((it) => it !== null).length / seconds;
  } finally {
    agent.destroy();
  }
}

/** So many sign-ins, one after the other, in milliseconds. */
export async function signInLatencies({ base, email, password }: Bystander, count: number): Promise<Latencies> {
  const latencies: (number | null)[] = [];
  for (let i = 0; i < count; i += 1) {
    latencies.push(await timed(() => send(base, 'POST', '/api/v1/auth_session/login', { form: { email, password } })));
  }
  return latencies;
}

/** The value below which the given part of all lies; Infinity where that one was not answered. */
export function percentile(latencies: Latencies, part: number): number {
  const sorted = latencies.map((it) => it ?? Number.POSITIVE_INFINITY).sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.POSITIVE_INFINITY;
}
