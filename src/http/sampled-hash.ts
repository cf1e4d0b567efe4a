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
