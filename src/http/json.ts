/**
 * JSON as the tutorial's server prints it: two-space indent, one newline at the end. Keys stay in the order
 * that they are given in; whoever builds an answer gives them sorted.
 */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
