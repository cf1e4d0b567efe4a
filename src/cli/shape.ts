/** Tells whether a value that came from another process is what it should be. */
export type Guard<T> = (value: unknown) => value is T;

/** What a guard lets through. */
export type Guarded<G> = G extends Guard<infer T> ? T : never;

export const isText: Guard<string> = (value): value is string => typeof value === 'string';
export const isNumber: Guard<number> = (value): value is number => typeof value === 'number';
export const isFlag: Guard<boolean> = (value): value is boolean => typeof value === 'boolean';

export function orNull<T>(guard: Guard<T>): Guard<T | null> {
  return (value): value is T | null => value === null || guard(value);
}

export function listOf<T>(guard: Guard<T>): Guard<readonly T[]> {
  return (value): value is readonly T[] => Array.isArray(value) && value.every((item) => guard(item));
}

/**
 * An object with these members and no others: what another version has added is not to be ignored.
 *
 * @param members name → what it must be
 */
export function record<S extends { readonly [name: string]: Guard<unknown> }>(
  members: S,
): Guard<{ readonly [name in keyof S]: Guarded<S[name]> }> {
  return (value): value is { readonly [name in keyof S]: Guarded<S[name]> } =>
    typeof value === 'object' &&
    value !== null &&
    Object.keys(value).every((name) => Object.hasOwn(members, name)) &&
    Object.entries(members).every(([name, guard]) => Object.hasOwn(value, name) && guard(Reflect.get(value, name)));
}
