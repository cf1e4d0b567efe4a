import { sampledHash } from '../../http/sampled-hash.ts';

/**
 * A map that grows without a pause. A plain `Map` doubles by moving every entry at once: 201 ms at the
 * 1,048,577th entry (Node 20, measured by `scripts/million-sessions.ts --map`), in which no request is
 * answered. Here each growth moves one part of `SHARD_COUNT`: under 1 ms.
 *
 * It keeps no order; `table.ts` does.
 */
const SHARD_COUNT = 256;

/** How many characters are hashed: ids and emails are short, and differ in every part. */
const SAMPLED_CHARACTERS = 8;

function shardOf(key: string): number {
  return sampledHash(key, SAMPLED_CHARACTERS) & (SHARD_COUNT - 1);
}

export class ShardedMap<V> {
  readonly #shards: Map<string, V>[] = Array.from({ length: SHARD_COUNT }, () => new Map<string, V>());

  get(key: string): V | undefined {
    return this.#shards[shardOf(key)]?.get(key);
  }

  set(key: string, value: V): void {
    this.#shards[shardOf(key)]?.set(key, value);
  }

  delete(key: string): void {
    this.#shards[shardOf(key)]?.delete(key);
  }

  *keys(): Generator<string> {
    for (const shard of this.#shards) yield* shard.keys();
  }
}
