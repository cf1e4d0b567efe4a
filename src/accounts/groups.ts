import { isGroupName, MAX_GROUPS } from '../config/group-name.ts';
import { InvalidValueError } from '../errors.ts';

/**
 * @param value a list of names of groups, as JSON gives it
 * @returns the same, sorted, each once
 * @throws {InvalidValueError} it will not do
 */
export function checkedGroups(value: unknown): readonly string[] {
  if (!Array.isArray(value) || !value.every(isGroupName)) {
    throw new InvalidValueError(
      'groups',
      'groups must be a list of names such as ["admins", "ops"]: each of 1 to 64 characters of a-z, 0-9, ".", "_" ' +
        'and "-", the first of them a letter or a digit',
    );
  }
  const groups = [...new Set(value)].sort();
  if (groups.length > MAX_GROUPS) throw new InvalidValueError('groups', `groups must be at most ${MAX_GROUPS}`);
  return groups;
}
