import type { Awaitable } from '../../http/awaitable.ts';

export type MetricType = 'counter' | 'gauge' | 'histogram';

export type Labels = readonly (readonly [name: string, value: string])[];

export const NO_LABELS: Labels = [];

export interface Sample {
  /** What follows the family's name: `_bucket`, `_sum` or `_count` of a histogram. Default: nothing. */
  readonly suffix?: string;
  readonly labels: Labels;
  readonly value: number;
}

/** Every sample of one name. */
export interface Family {
  readonly name: string;
  /** What it is, in a sentence without a full stop. */
  readonly help: string;
  readonly type: MetricType;
  readonly samples: readonly Sample[];
}

/** Something that has metrics. */
export interface Source {
  /** What they are now. */
  collect(): Awaitable<readonly Family[]>;
}

/** The media type of what `metricsText` gives. */
export const METRICS_MEDIA_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

// metric_name = [a-zA-Z_:][a-zA-Z0-9_:]*, of which colons are for recording rules; label_name likewise, and names that
// begin with "__" are Prometheus' own.
const METRIC_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const LABEL_NAME = /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/;

/**
 * Families in the text format of Prometheus, version 0.0.4. One that has no sample is left out.
 *
 * @throws {TypeError} a name that is none, a family without help, or there twice: our own bug
 * Source: Prometheus' documentation, "Exposition formats".
 */
export function metricsText(families: readonly Family[]): string {
  const names = new Set<string>();
  let text = '';
  for (const family of families) {
    const { name, help, type, samples } = family;
    if (!METRIC_NAME.test(name)) throw new TypeError(`metric ${name}: not a name`);
    if (help === '') throw new TypeError(`metric ${name}: no help`);
    if (names.has(name)) throw new TypeError(`metric ${name}: there twice`);
    names.add(name);
    if (samples.length === 0) continue;
    text += `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n`;
    for (const { suffix = '', labels, value } of samples) text += `${name}${suffix}${labelsText(labels)} ${valueText(value)}\n`;
  }
  return text;
}

/** A gauge without labels; null: not known now. */
export function gauge(name: string, help: string, value: number | null): Family {
  return { name, help, type: 'gauge', samples: value === null ? [] : [{ labels: NO_LABELS, value }] };
}

/** A counter that somebody else counts; null: not known now. */
export function counted(name: string, help: string, value: number | null): Family {
  return { ...gauge(name, help, value), type: 'counter' };
}

/** A gauge with a sample for each value of one label. */
export function gaugeBy(name: string, help: string, label: string, values: Iterable<readonly [string, number]>): Family {
  const samples = [...values].map(([text, value]) => ({ labels: [[label, text] as const], value }));
  return { name, help, type: 'gauge', samples };
}

function labelsText(labels: Labels): string {
  if (labels.length === 0) return '';
  const pairs = labels.map(([name, value]) => {
    if (!LABEL_NAME.test(name)) throw new TypeError(`label ${name}: not a name`);
    return `${name}="${escapeLabelValue(value)}"`;
  });
  return `{${pairs.join(',')}}`;
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function escapeLabelValue(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}

/** As Go's `ParseFloat` reads it. */
export function valueText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return String(value);
}
