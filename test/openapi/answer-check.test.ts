import assert from 'node:assert/strict';
import type { IncomingHttpHeaders } from 'node:http';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { GATEWAY_ROUTES } from '../../src/gateway/routes.ts';
import { SeenAnswer } from '../helpers/client.ts';
import { AnswerCheck } from './answer-check.ts';
import { documentOf } from './openapi-document.ts';
import { runNode } from './programs.ts';

const CHECK = new AnswerCheck(documentOf(), GATEWAY_ROUTES.map(({ path }) => path));
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const PLAIN: IncomingHttpHeaders = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };
const JSON_FIELDS: IncomingHttpHeaders = { ...PLAIN, 'content-type': 'application/json' };
const ERROR = { error: 'Not found' };
const CHALLENGE = { ...JSON_FIELDS, 'www-authenticate': 'Session realm="API"' };
const GATEWAY = { ...PLAIN, 'remote-user': 'a', 'remote-email': 'a', 'remote-name': '', 'remote-groups': '', 'remote-id': '1' };
const { 'remote-name': _name, ...WITHOUT_NAME } = GATEWAY;

function problemsOf(request: string, status: number, headers: IncomingHttpHeaders, body: unknown, sent?: unknown): string {
  const [method = '', target = ''] = request.split(' ');
  const text = body === null ? '' : JSON.stringify(body);
  const verdict = CHECK.check(new SeenAnswer(method, target, { status, headers, rawHeaders: [], text, json: () => body }, sent));
  return verdict === null ? 'not the API' : verdict.problems.join('; ');
}

type Row = readonly [request: string, status: number, headers: IncomingHttpHeaders, body: unknown, problem: RegExp | null];

const ROWS: readonly Row[] = [
  ['GET /api/v1/status', 200, JSON_FIELDS, { status: 'OK' }, null],
  ['GET /api/v1/status/?a=b', 200, JSON_FIELDS, { status: 'OK' }, null],
  ['GET /api/v1/status', 200, JSON_FIELDS, { status: 'ok' }, /must be equal to constant/],
  ['GET /api/v1/status', 200, JSON_FIELDS, { status: 'OK', more: 1 }, /must NOT have additional properties/],
  ['GET /api/v1/status', 200, { ...JSON_FIELDS, 'content-type': 'text/html' }, { status: 'OK' }, /text\/html is not documented/],
  ['GET /api/v1/status', 200, PLAIN, null, /no Content-Type/],
  ['GET /api/v1/status', 418, JSON_FIELDS, ERROR, /418 is not documented/],
  ['GET /api/v1/status', 404, JSON_FIELDS, ERROR, /404 is not documented/],
  ['GET /api/v1/status', 431, JSON_FIELDS, ERROR, null],
  ['GET /api/v1/status', 200, { ...JSON_FIELDS, 'x-new': '1' }, { status: 'OK' }, /x-new is not documented/],
  ['GET /api/v1/status', 200, { ...JSON_FIELDS, 'cache-control': 'private' }, { status: 'OK' }, /no Cache-Control/],
  ['GET /api/v1/status', 200, { 'content-type': 'application/json', 'cache-control': 'no-store' }, { status: 'OK' }, /nosniff/],
  ['HEAD /api/v1/status', 200, JSON_FIELDS, null, null],
  ['HEAD /api/v1/status', 200, JSON_FIELDS, { status: 'OK' }, /HEAD with a body/],
  ['GET /api/v1/status', 503, JSON_FIELDS, ERROR, /retry-after is missing/],
  ['GET /api/v1/status', 503, { ...JSON_FIELDS, 'retry-after': 'soon' }, ERROR, /retry-after: data must be integer/],
  ['GET /api/v1/status', 503, { ...JSON_FIELDS, 'retry-after': '5' }, ERROR, null],
  ['GET /api/v1/stats', 401, CHALLENGE, ERROR, null],
  ['GET /api/v1/stats', 401, JSON_FIELDS, ERROR, /www-authenticate is missing/],
  ['GET /api/v1/stats', 200, JSON_FIELDS, { users: '3' }, /must be integer/],
  ['GET /api/v1/users/me', 200, JSON_FIELDS, [], /must be object/],
  ['GET /api/v1/users/me/groups', 200, JSON_FIELDS, { groups: ['Ops'] }, /must match pattern/],
  ['PATCH /api/v1/stats', 405, { ...JSON_FIELDS, allow: 'GET, HEAD, OPTIONS' }, ERROR, null],
  ['PATCH /api/v1/stats', 405, { ...JSON_FIELDS, allow: 'GET, OPTIONS' }, ERROR, /Allow: GET, OPTIONS, and the document says GET, HEAD/],
  ['PATCH /api/v1/stats', 200, JSON_FIELDS, {}, /200 where the document has no operation/],
  ['OPTIONS /api/v1/stats', 204, { ...PLAIN, allow: 'GET, HEAD, OPTIONS' }, null, null],
  ['OPTIONS /api/v1/stats', 204, { ...PLAIN, allow: 'GET, HEAD, OPTIONS, PUT' }, null, /the document says/],
  ['GET /api/v1/nothing', 404, JSON_FIELDS, ERROR, null],
  ['GET /api/v1/nothing', 404, JSON_FIELDS, { message: 'x' }, /must have required property 'error'/],
  ['GET /api/v1/nothing', 200, JSON_FIELDS, {}, /200 where the document has no operation/],
  ['PROPFIND /api/v1/auth_request', 204, GATEWAY, null, null],
  ['GET /api/v1/auth_request', 204, WITHOUT_NAME, null, /remote-name is missing/],
  ['GET /api/v1/auth_request', 403, JSON_FIELDS, ERROR, /content where none is/],
  ['GET /api/v1/auth_request', 302, PLAIN, null, /302 is not documented/],
  ['GET /elsewhere', 200, {}, null, /not the API/],
];

for (const [request, status, headers, body, problem] of ROWS) {
  test(`check() ${problem === null ? 'takes' : `says ${problem.source} of`} ${request} ${status}`, () => {
    const found = problemsOf(request, status, headers, body);
    if (problem === null) assert.equal(found, '');
    else assert.match(found, problem);
  });
}

test('check() says where the document refuses a body that the server took', () => {
  const problems = (sent: unknown): string => problemsOf('PUT /api/v1/users/me/groups', 200, JSON_FIELDS, { groups: [] }, sent);
  assert.equal(problems({ groups: [] }), '');
  assert.match(problems({ groups: 'ops' }), /request: data\/groups must be array/);
  assert.equal(problemsOf('PUT /api/v1/users/me/groups', 400, JSON_FIELDS, ERROR, { groups: 'ops' }), '');
});

test('an answer that the document does not have ends the test that sees it, whatever that test looks at', async () => {
  const args = ['--import', 'tsx', '--import', './test/openapi/check-every-answer.ts', 'test/openapi/fixtures/one-answer.ts'];
  assert.deepEqual(await runNode([...args, '200'], ROOT), { code: 0, stdout: '', output: '' });
  const { code, output } = await runNode([...args, '404'], ROOT);
  assert.equal(code, 1, output);
  assert.match(output, /GET \/api\/v1\/status 404 is not what openapi\.json says/);
  assert.match(output, /404 is not documented/);
});
