import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { tableRows } from '../../helpers/markdown.ts';
import { askMetrics } from '../../helpers/metrics.ts';
import { startTestService } from '../../helpers/service.ts';
import { journalOnly } from '../../helpers/test-database.ts';

const FOLDER = 'scripts/deploy/prometheus';
const ALERTS = readFileSync(`${FOLDER}/alerts.yml`, 'utf8');
const README = readFileSync(`${FOLDER}/README.md`, 'utf8');

/** The names of all metrics of a server that was used a little. */
async function metricNames(t: TestContext): Promise<ReadonlySet<string>> {
  const { service, api } = await startTestService(t, { metricsPort: 0 });
  await api('GET', '/status');
  await api('GET', '/status', { headers: { 'x-long': 'a'.repeat(20_000) } });
  // The delays of the event loop are there once one was taken.
  await delay(100);
  const { text } = await askMetrics(service);
  return new Set([...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name = '']) => name));
}

test('the alerts look for metrics that the server has', journalOnly('its alerts'), async (t) => {
  const names = await metricNames(t);
  // Garbage is collected when it is, so that one may not be there yet.
  const wanted = new Set([...ALERTS.matchAll(/\b(?:session_auth|nodejs|process)_(?!gc_)\w+/g)].map(([name]) => name));
  assert.ok(wanted.size > 8);
  assert.deepEqual([...wanted].filter((name) => !names.has(name)), []);
});

test('the README of the metrics lists each metric of the server, and each alert', journalOnly('its metrics'), async (t) => {
  const listed = tableRows(README).flatMap(([name = '']) => /^`(session_auth_\w+)`$/.exec(name)?.[1] ?? []);
  const own = [...(await metricNames(t))].filter((name) => name.startsWith('session_auth_'));
  assert.deepEqual(listed.toSorted(), own.toSorted());
  const alerts = [...ALERTS.matchAll(/- alert: (\w+)/g)].map(([, name]) => name);
  assert.deepEqual(tableRows(README).flatMap(([name = '']) => (/^SessionAuth/.test(name) ? [name] : [])), alerts);
});
