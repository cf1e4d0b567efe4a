import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { GATEWAY_ROUTES } from '../../src/gateway/routes.ts';
import { ANSWERS, SeenAnswer } from '../helpers/client.ts';
import { AnswerCheck } from './answer-check.ts';
import { documentOf } from './openapi-document.ts';

/**
 * To be loaded before a test (`--import`): holds every answer of the API that the test sees against the document. One
 * that differs is an uncaught error, which fails the test whatever it expects and whatever it catches.
 *
 * OPENAPI_SEEN names a file, to which each answer that was held against the document adds a line.
 */
const check = new AnswerCheck(documentOf(), GATEWAY_ROUTES.map(({ path }) => path));
const seenFile = process.env['OPENAPI_SEEN'];
const seen: string[] = [];

ANSWERS.subscribe((message) => {
  assert.ok(message instanceof SeenAnswer);
  const verdict = check.check(message);
  if (verdict === null) return;
  seen.push(verdict.covers ?? 'elsewhere');
  const { method, target, reply } = message;
  assert.deepEqual(verdict.problems, [], `${method} ${target} ${reply.status} is not what openapi.json says: ${reply.text.slice(0, 300)}`);
});

process.on('exit', () => {
  if (seenFile !== undefined && seen.length > 0) appendFileSync(seenFile, `${seen.join('\n')}\n`);
});
