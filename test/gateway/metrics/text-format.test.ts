import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counted, gauge, gaugeBy, metricsText } from '../../../src/gateway/metrics/text-format.ts';
import type { Family } from '../../../src/gateway/metrics/text-format.ts';

test('metricsText() writes help, type and samples of each family, a line each', () => {
  const families = [
    gauge('users', 'Users', 3),
    counted('writes_total', 'Writes', 0),
    gaugeBy('space_bytes', 'Size of a space', 'space', [['new', 1.5], ['old', 2]]),
  ];
  assert.equal(
    metricsText(families),
    [
      '# HELP users Users',
      '# TYPE users gauge',
      'users 3',
      '# HELP writes_total Writes',
      '# TYPE writes_total counter',
      'writes_total 0',
      '# HELP space_bytes Size of a space',
      '# TYPE space_bytes gauge',
      'space_bytes{space="new"} 1.5',
      'space_bytes{space="old"} 2',
      '',
    ].join('\n'),
  );
});

test('metricsText() leaves a family out when nothing of it is known', () => {
  assert.equal(metricsText([gauge('users', 'Users', null), gaugeBy('a', 'A', 'b', [])]), '');
});

test('metricsText() escapes backslashes and line ends in help, and quotes too in labels', () => {
  const cases: readonly (readonly [text: string, inHelp: string, inLabel: string])[] = [
    ['a\\b', 'a\\\\b', 'a\\\\b'],
    ['a\nb', 'a\\nb', 'a\\nb'],
    ['a"b', 'a"b', 'a\\"b'],
    ['\\n', '\\\\n', '\\\\n'],
    ['"} 1\nforged 1', '"} 1\\nforged 1', '\\"} 1\\nforged 1'],
    ['é{}=,#', 'é{}=,#', 'é{}=,#'],
  ];
  for (const [text, inHelp, inLabel] of cases) {
    assert.equal(
      metricsText([gaugeBy('a', text, 'b', [[text, 1]])]),
      `# HELP a ${inHelp}\n# TYPE a gauge\na{b="${inLabel}"} 1\n`,
      JSON.stringify(text),
    );
  }
});

test('metricsText() writes numbers as Prometheus reads them', () => {
  const cases: readonly (readonly [value: number, text: string])[] = [
    [0, '0'],
    [-1, '-1'],
    [0.00001, '0.00001'],
    [1e21, '1e+21'],
    [1e-7, '1e-7'],
    [Number.POSITIVE_INFINITY, '+Inf'],
    [Number.NEGATIVE_INFINITY, '-Inf'],
    [Number.NaN, 'NaN'],
  ];
  for (const [value, text] of cases) assert.ok(metricsText([gauge('a', 'A', value)]).endsWith(`\na ${text}\n`), text);
});

test('metricsText() throws when a name is none or there twice, or help is missing', () => {
  const sample = { labels: [], value: 1 };
  const family: Family = { name: 'a', help: 'A', type: 'gauge', samples: [sample] };
  const bad: readonly (readonly Family[])[] = [
    [{ ...family, name: 'a-b' }],
    [{ ...family, name: '1a' }],
    [{ ...family, name: 'a:b' }],
    [{ ...family, name: 'é' }],
    [{ ...family, name: '' }],
    [{ ...family, help: '' }],
    [family, family],
    [{ ...family, samples: [{ ...sample, labels: [['a-b', '']] }] }],
    [{ ...family, samples: [{ ...sample, labels: [['__a', '']] }] }],
  ];
  for (const families of bad) assert.throws(() => metricsText(families), TypeError, JSON.stringify(families));
  assert.doesNotThrow(() => metricsText([family]));
});
