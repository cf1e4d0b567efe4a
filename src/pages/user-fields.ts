import type { User } from '../models/user.ts';
import { html } from '../http/html.ts';
import type { Html } from '../http/html.ts';
import type { Typed, View } from './view.ts';

/** The fields of a name. @param isOwn the browser may know it */
export function nameFields(view: View, user: User | null, isOwn = false): Html {
  const [first, last] = isOwn ? ['given-name', 'family-name'] : ['off', 'off'];
  return html`<div class="pair">${view.field('first_name', 'First name', first, { value: user?.firstName ?? null })}
${view.field('last_name', 'Last name', last, { value: user?.lastName ?? null })}</div>`;
}

/** Empty: no name. */
export function typedNames(typed: Typed) {
  return { firstName: typed.get('first_name') ?? '', lastName: typed.get('last_name') ?? '' };
}

export function groupsField(view: View, groups: readonly string[]): Html {
  const hint = 'Names with commas between. Members of admins administer users here.';
  return view.field('groups', 'Groups', 'off', { value: groups.join(', '), hint });
}

/** Names of groups, however they are set apart. */
export function typedGroups(typed: Typed): readonly string[] {
  return (typed.get('groups') ?? '').split(/[\s,;]+/).filter((name) => name !== '');
}

/** The groups of a user, to be read. */
export function tags({ groups }: User): Html {
  return html`${groups.map((group) => html` <span class="tag">${group}</span>`)}`;
}
