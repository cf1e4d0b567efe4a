/** How many groups a user may be in. */
export const MAX_GROUPS = 32;

const GROUP = /^[a-z0-9][a-z0-9._-]{0,63}$/;

/** Whether a text can be the name of a group. */
export function isGroupName(name: unknown): name is string {
  return typeof name === 'string' && GROUP.test(name);
}
