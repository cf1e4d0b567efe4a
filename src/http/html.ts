/** Markup that is safe to send. Only `html` makes it. */
class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type { Html };

/** What may stand in a template: null and false stand for nothing. */
export type Value = string | number | Html | readonly Html[] | null | false;

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
]);

/** The name of an attribute and its sign, with no quote behind. */
const UNQUOTED = /\s[\w-]+=$/;

/**
 * Markup with values in it, each of them escaped: whoever writes a page cannot forget it.
 *
 * @throws {TypeError} a value stands where escaping does not help: as an attribute's value without quotes
 * @example html`<p title="${typed}">${typed}</p>`
 * Source: OWASP Cross Site Scripting Prevention Cheat Sheet, output encoding.
 */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  const [first = '', ...rest] = strings;
  let text = first;
  for (const [index, value] of values.entries()) {
    if (UNQUOTED.test(strings[index] ?? '')) throw new TypeError("an attribute's value needs quotes");
    text += markupOf(value) + (rest[index] ?? '');
  }
  return new Html(text);
}

function markupOf(value: Value): string {
  if (value === null || value === false) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'object') return value.map(({ text }) => text).join('');
  return String(value).replace(/[&<>"']/g, (character) => ENTITIES.get(character) ?? '');
}

/** A name or an email: of any script, and whichever way that runs, it leaves the text around it as it is. */
export function bdi(text: string): Html {
  return html`<bdi>${text}</bdi>`;
}
