/**
 * A map that grows without a pause. A plain `Map` doubles by moving every entry at once: 201 ms at the
 * 1,048,577th entry (Node 20, measured by `scripts/million-sessions.ts --map`), in which no request is
 * answered. Here each growth moves one part of `SHARD_COUNT`: under 1 ms.
 *
 * It keeps no order; `table.ts` does.
 */
const SHARD_COUNT = 256;

/** How many characters tell ids and e-mail addresses apart: they are short, and differ all over. */
const SAMPLED_CHARACTERS = 8;

/**
 * FNV-1a over a few characters of a key: cheap, and good enough to spread keys over a table.
 *
 * @param samples how many characters, spread over the key: from so many to twice as many
 * @returns an integer from 0 to 65,535
 */
export function sampledHash(key: string, samples: number): number {
  let hash = 0x811c9dc5;
  const step = Math.max(1, (key.length / samples) | 0);
  for (let index = 0; index < key.length; index += step) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  }
  return (hash ^ (hash >>> 16)) & 0xffff;
}

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
}
