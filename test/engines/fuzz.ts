import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuthType } from '../../src/config.ts';
import { assertRight, startFuzzTarget } from './fuzz-target.ts';
import type { FuzzTarget } from './fuzz-target.ts';
import { memoryInUse } from '../helpers/handles.ts';
import { RequestMaker } from './random-requests.ts';
import { assertError, Wire } from '../helpers/wire.ts';
import { Random } from '../helpers/random.ts';

export interface FuzzReport {
  readonly requests: number;
  /** Answers by status, interim ones left out. */
  readonly statuses: ReadonlyMap<number, number>;
  readonly seconds: number;
  /** Used once all garbage is gone, half-way and at the end, in bytes. */
  readonly memoryInUse: readonly [halfWay: number, atEnd: number];
  readonly residentMemory: readonly [halfWay: number, atEnd: number];
}

const CONNECTIONS = 32;
/** Sound requests on a connection before the one that breaks it, at most. */
const MAX_REQUESTS_KEPT_ALIVE = 8;
/** By so much time passes for the server with each request: sessions expire and throttles open on the way. */
const TICK_MS = 100;
const AUTH_TYPES: readonly AuthType[] = ['session_db_auth', 'session_exp_auth', 'basic_auth', 'none'];

/**
 * Sends random requests over many connections to real servers, one of each kind of AUTH_TYPE, and checks that
 * nothing they do is answered 5xx or not at all, that every refusal has the error form, that no log has a
 * control character, that each server answers right afterwards, and that memory stays level.
 *
 * @param seed the same requests again, but for what depends on time: ids, and the order of connections
 * @throws {AssertionError} with the request that did it
 */
export async function fuzz({ requests, seed }: { requests: number; seed: number }): Promise<FuzzReport> {
  const directory = mkdtempSync(join(tmpdir(), 'session-auth-fuzz-'));
  const statuses = new Map<number, number>();
  let now = Date.now();
  let made = 0;
  let target = 0;
  const clock = (): number => now;
  const targets = await Promise.all(AUTH_TYPES.map((type) => startFuzzTarget(type, join(directory, type), clock)));

  const count = (status: number, bytes: string): void => {
    assert.ok(status < 500 && status >= 200, `${status} to ${JSON.stringify(bytes)}`);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  };
  const next = (): Random => {
    made += 1;
    now += TICK_MS;
    return new Random(seed + made * 0x9e3779b1);
  };
  const work = async (until: number): Promise<void> => {
    while (made < until) await oneConnection(targets[(target += 1) % targets.length], next, count);
  };
  const runTo = async (until: number): Promise<readonly [inUse: number, resident: number]> => {
    await Promise.all(Array.from({ length: CONNECTIONS }, () => work(until)));
    await Promise.all(targets.map(({ service }) => service.removeExpiredSessions()));
    return [memoryInUse(), process.memoryUsage.rss()];
  };

  const started = performance.now();
  try {
    const [inUseHalfWay, residentHalfWay] = await runTo(requests / 2);
    const [inUseAtEnd, residentAtEnd] = await runTo(requests);
    for (const { service } of targets) await assertRight(service);
    return {
      requests: made,
      statuses,
      seconds: (performance.now() - started) / 1000,
      memoryInUse: [inUseHalfWay, inUseAtEnd],
      residentMemory: [residentHalfWay, residentAtEnd],
    };
  } finally {
    await Promise.all(targets.map(({ service }) => service.close(1_000)));
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Sound requests one after the other, then bytes that end it. */
async function oneConnection(
  target: FuzzTarget | undefined,
  next: () => Random,
  count: (status: number, bytes: string) => void,
): Promise<void> {
  if (target === undefined) return;
  const wire = await Wire.open(target.port);
  const first = next();
  for (let left = first.below(MAX_REQUESTS_KEPT_ALIVE); left > 0; left -= 1) {
    const { bytes, bodiless, isProbe } = new RequestMaker(next(), await target.known()).framed();
    wire.send(bytes);
    let answer = await wire.answer(bodiless);
    if (answer?.status === 100) answer = await wire.answer(bodiless);
    assert.ok(answer !== null, `no answer to ${JSON.stringify(bytes)}`);
    count(answer.status, bytes);
    if (isProbe) assert.equal(answer.body, '{\n  "status": "OK"\n}\n', 'the connection is out of step');
    if (answer.status >= 400 && !bodiless) assertError(answer);
    target.learn(answer.field('location'), answer.field('set-cookie'));
    if (answer.field('connection') === 'close') break;
  }
  const bytes = new RequestMaker(first, await target.known()).broken();
  wire.end(bytes);
  const text = await wire.rest();
  assert.ok(!wire.silent, `neither answered nor closed: ${JSON.stringify(bytes)}`);
  for (const [, status] of text.matchAll(/^HTTP\/1\.1 ([2-9]\d\d) /gm)) count(Number(status), bytes);
}
