import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bdi, html } from '../../src/http/html.ts';
import type { Value } from '../../src/http/html.ts';
import { property } from '../helpers/random.ts';

const CASES: readonly (readonly [value: Value, text: string])[] = [
  ['plain', 'plain'],
  ['', ''],
  [`<b a="1" c='2'>&amp;</b>`, '&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;amp;&lt;/b&gt;'],
  [3, '3'],
  [0, '0'],
  [null, ''],
  [false, ''],
  [html`<i>${'<'}</i>`, '<i>&lt;</i>'],
  [[html`<i>1</i>`, html`<i>${'&'}</i>`], '<i>1</i><i>&amp;</i>'],
  [[], ''],
];

for (const [value, text] of CASES) {
  test(`html() writes ${JSON.stringify(value)} as ${text}`, () => {
    assert.equal(html`(${value})`.text, `(${text})`);
    assert.equal(html`<p title="${value}">`.text, `<p title="${text}">`);
  });
}

test('html() takes the text of the template as it is', () => {
  assert.equal(html`<p class="a">&amp;</p>`.text, '<p class="a">&amp;</p>');
});

test('html() refuses a value as an attribute without quotes, where escaping does not help', () => {
  assert.throws(() => html`<p title=${'a onclick=b'}>`, TypeError);
  assert.throws(() => html`<p class="a" title=${'a'}>`, TypeError);
  assert.equal(html`<a href="/users?email=${'a&b'}">`.text, '<a href="/users?email=a&amp;b">');
});

test('bdi() keeps the direction of a text to itself', () => {
  assert.equal(bdi('ليلى <b>').text, '<bdi>ليلى &lt;b&gt;</bdi>');
});

const PIECES = ['<', '>', '"', "'", '&', '&lt;', '=', ' ', '/', 'script', '\0', '\u2028', 'é', '${x}', '-->', ']]>'];

property('html() lets nothing that was typed end a text or a quoted value, whatever it is', 2_000, (random) => {
  const typed = random.text(PIECES, 8);
  assert.doesNotMatch(html`${typed}`.text, /[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/, JSON.stringify(typed));
});
