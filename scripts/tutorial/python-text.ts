/**
 * Python's `str.format` for the scripts of the tutorial: puts each value where the next `{}` is.
 *
 * @example format('{} => {}', null, new Map([['a', 'b']])) // "None => {'a': 'b'}"
 */
export function format(template: string, ...values: readonly unknown[]): string {
  const rest = [...values];
  return template.replaceAll('{}', () => text(rest.shift()));
}

/** Python's `type`, as it prints; a Map is what Python calls a dict. */
export function type(value: unknown): string {
  if (value instanceof Map) return "<class 'dict'>";
  return typeof value === 'string' ? "<class 'str'>" : `<class '${typeof value}'>`;
}

/** As `str()` shows a value. */
function text(value: unknown): string {
  return typeof value === 'string' ? value : notation(value);
}

/** As `repr()` shows a value. */
function notation(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'string') return `'${value}'`;
  if (value instanceof Map) {
    return `{${[...value].map(([key, item]) => `${notation(key)}: ${notation(item)}`).join(', ')}}`;
  }
  return String(value);
}
