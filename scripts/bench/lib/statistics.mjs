/** Medians: one round that the machine disturbed does not move them. */

/**
 * @param {number[]} values at least one
 * @returns {number} the middle one; of an even number, the mean of the middle two
 */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * @param {number[]} values at least one
 * @param {number} percent 0 to 100
 * @returns {number} the smallest value that `percent` of all do not exceed
 */
export function percentile(values, percent) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)];
}

/**
 * @param {Record<string, number>[]} rounds figures of the same name, a round each
 * @returns {Record<string, number>} each figure's median; of `errors`, the sum
 */
export function medians(rounds) {
  const result = {};
  for (const name of Object.keys(rounds[0])) {
    const values = rounds.map((round) => round[name]);
    result[name] = name === 'errors' ? values.reduce((sum, value) => sum + value, 0) : median(values);
  }
  return result;
}
