/**
 * A map that grows without a pause. A plain `Map` doubles by moving every entry at once: 201 ms at the
 * 1,048,577th entry (Node 20, measured by `scripts/million-sessions.ts --map`), in which no request is
 * answered. Here each growth moves one part of `SHARD_COUNT`: under 1 ms.
 *
 * It keeps no order; `table.ts` does.
 */
const SHARD_COUNT = 256;

/** How much of a key chooses its shard: enough to tell ids and e-mail addresses apart, cheap for both. */
const HASHED_LENGTH = 24;

/** FNV-1a over the first characters, folded to a shard's number. */
function shardOf(key: string): number {
  let hash = 0x811c9dc5;
  const length = Math.min(key.length, HASHED_LENGTH);
  for (let index = 0; index < length; index += 1) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  }
  return (hash ^ (hash >>> 16)) & (SHARD_COUNT - 1);
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
}
