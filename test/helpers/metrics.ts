import assert from 'node:assert/strict';
import type { Service } from '../../src/service.ts';
import { send } from './client.ts';
import type { Reply } from './client.ts';

/** Asks the port of the metrics. */
export function askMetrics({ metricsAddress }: Service, method = 'GET', path = '/metrics', host = 'localhost'): Promise<Reply> {
  assert.ok(metricsAddress !== null);
  return send(`http://127.0.0.1:${metricsAddress.port}`, method, path, { headers: { host } });
}

/** The samples of a text of metrics, by name and labels as they are written. */
export function samplesIn(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]));
}

/** The samples that a service shows now. */
export async function metricsOf(service: Service): Promise<Map<string, number>> {
  const reply = await askMetrics(service);
  assert.equal(reply.status, 200, reply.text);
  return samplesIn(reply.text);
}
