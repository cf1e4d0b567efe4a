import assert from 'node:assert/strict';
import { test } from 'node:test';
import { API_ROUTES } from '../../src/api/v1/routes.ts';
import type { Reply, RequestOptions } from '../helpers/client.ts';
import { cookieOf } from '../helpers/client.ts';
import { startTestService } from '../helpers/service.ts';
import type { TestService } from '../helpers/service.ts';

const PASSWORD = 'correct horse battery';
const STRANGER = '9375973a-68c7-46aa-b135-29f79e837495';

/** Who asks: the owner asks for the own id, the member for another's, the stale one with a sign-in of yesterday. */
const ROLES = ['nobody', 'member', 'owner', 'administrator', 'stale administrator', 'stale owner'] as const;
type Role = (typeof ROLES)[number];

interface Row {
  /** As in the table of routes. */
  readonly route: string;
  readonly options?: RequestOptions;
  /** In the order of ROLES. */
  readonly statuses: readonly [number, number, number, number, number, number];
  /** In place of the last two, where Basic asks: its sign-ins are always fresh. */
  readonly basic?: { readonly administrator: number; readonly owner: number };
}

const NAMES = { json: { first_name: 'Mia' } };
const GROUPS = { json: { groups: ['ops'] } };

/** Every route of the API, and what each role is answered. A route that is not here fails the test below. */
const ROWS: readonly Row[] = [
  { route: 'GET /api/v1/status', statuses: [200, 200, 200, 200, 200, 200] },
  { route: 'GET /api/v1/ready', statuses: [200, 200, 200, 200, 200, 200] },
  { route: 'GET /api/v1/openapi.json', statuses: [200, 200, 200, 200, 200, 200] },
  { route: 'GET /api/v1/stats', statuses: [401, 200, 200, 200, 200, 200] },
  { route: 'GET /api/v1/unauthorized', statuses: [401, 401, 401, 401, 401, 401] },
  { route: 'GET /api/v1/forbidden', statuses: [403, 403, 403, 403, 403, 403] },
  { route: 'GET /api/v1/users', statuses: [401, 403, 403, 200, 200, 403] },
  { route: 'POST /api/v1/users', options: { json: {} }, statuses: [401, 403, 403, 400, 400, 403] },
  { route: 'GET /api/v1/users/:id', statuses: [401, 403, 200, 200, 200, 200] },
  { route: 'PUT /api/v1/users/:id', options: NAMES, statuses: [401, 403, 200, 200, 200, 200] },
  {
    route: 'PUT /api/v1/users/:id/email',
    options: { json: { email: 'NEW@example.com' } },
    statuses: [401, 403, 403, 200, 403, 403],
    basic: { administrator: 200, owner: 403 },
  },
  { route: 'GET /api/v1/users/:id/groups', statuses: [401, 403, 200, 200, 200, 200] },
  {
    route: 'PUT /api/v1/users/:id/groups',
    options: GROUPS,
    statuses: [401, 403, 403, 200, 403, 403],
    basic: { administrator: 200, owner: 403 },
  },
  // An administrator never changes another's password; the owner of this row sends none.
  { route: 'PUT /api/v1/users/:id/password', options: { json: {} }, statuses: [401, 403, 400, 403, 403, 400] },
  {
    route: 'POST /api/v1/users/:id/password_reset',
    statuses: [401, 403, 403, 201, 403, 403],
    basic: { administrator: 201, owner: 403 },
  },
  { route: 'POST /api/v1/password_reset', options: { json: {} }, statuses: [400, 400, 400, 400, 400, 400] },
  { route: 'GET /api/v1/users/:id/sessions', statuses: [401, 403, 200, 200, 200, 200] },
  { route: 'DELETE /api/v1/users/:id/sessions', statuses: [401, 403, 200, 200, 403, 403] },
  { route: 'DELETE /api/v1/users/:id/sessions/:handle', statuses: [401, 403, 404, 404, 403, 403] },
  { route: 'POST /api/v1/auth_session/login', statuses: [400, 400, 400, 400, 400, 400] },
  { route: 'DELETE /api/v1/auth_session/logout', statuses: [401, 200, 200, 200, 200, 200] },
  {
    route: 'DELETE /api/v1/users/:id',
    statuses: [401, 403, 200, 200, 403, 403],
    basic: { administrator: 200, owner: 200 },
  },
];

const NEEDS_SESSIONS = new Set(
  API_ROUTES.filter(({ needsSessions }) => needsSessions === true).map(({ method, path }) => `${method} ${path}`),
);

test('every route of the table has its row', () => {
  const routes = API_ROUTES.map(({ method, path }) => `${method} ${path}`);
  assert.deepEqual(ROWS.map(({ route }) => route).sort(), routes.sort());
});

test('every grave step asks for a fresh sign-in, and every route that changes another user is one', () => {
  const grave = API_ROUTES.filter(({ isGrave }) => isGrave === true).map(({ method, path }) => `${method} ${path}`);
  assert.deepEqual(grave.sort(), [
    'DELETE /api/v1/users/:id',
    'DELETE /api/v1/users/:id/sessions',
    'DELETE /api/v1/users/:id/sessions/:handle',
    'POST /api/v1/users/:id/password_reset',
    'PUT /api/v1/users/:id/email',
    'PUT /api/v1/users/:id/groups',
  ]);
});

interface Actors {
  readonly server: TestService;
  readonly advance: (seconds: number) => void;
}

/** Users of each role, new for each request, so that no request changes what the next one meets. */
async function ask({ server, advance }: Actors, row: Row, role: Role, basic: boolean, number: number): Promise<Reply> {
  const email = `user${number}@example.com`;
  const isAdministrator = role.includes('administrator');
  const asking = await server.addUser(email, PASSWORD, isAdministrator ? ['admins'] : ['staff']);
  const target = role.includes('owner') ? asking : await server.addUser(`other${number}@example.com`, PASSWORD, []);
  let credentials: RequestOptions = {};
  if (role !== 'nobody') credentials = basic ? { basic: [email, PASSWORD] } : await signIn(server, email);
  if (role.startsWith('stale')) advance(901);
  const [method = '', path = ''] = row.route.split(' ');
  const below = path.replace('/api/v1', '').replace(':id', target.id).replace(':handle', 'unknown');
  const options = JSON.stringify(row.options ?? {}).replace('NEW@', `new${number}@`);
  return server.api(method, below, { ...JSON.parse(options), ...credentials });
}

async function signIn(server: TestService, email: string): Promise<RequestOptions> {
  return { cookie: cookieOf(await server.api('POST', '/auth_session/login', { form: { email, password: PASSWORD } })) };
}

for (const authType of ['session_auth', 'session_exp_auth', 'session_db_auth', 'basic_auth'] as const) {
  const isBasic = authType === 'basic_auth';
  test(`every route answers each role as the table says under ${authType}`, async (t) => {
    let now = Date.UTC(2026, 0, 1);
    const server = await startTestService(t, { authType, clock: () => now });
    const advance = (seconds: number): void => {
      now += seconds * 1000;
    };
    // So that no row meets the last administrator.
    await server.addUser('root@example.com', PASSWORD);
    let number = 0;
    for (const row of ROWS) {
      for (const [index, role] of ROLES.entries()) {
        number += 1;
        const reply = await ask({ server, advance }, row, role, isBasic, number);
        let expected = row.statuses[index];
        if (isBasic && row.basic !== undefined && role === 'stale administrator') expected = row.basic.administrator;
        if (isBasic && row.basic !== undefined && role === 'stale owner') expected = row.basic.owner;
        if (isBasic && NEEDS_SESSIONS.has(row.route)) {
          const isPublic = row.route.endsWith('/login');
          expected = role === 'nobody' && !isPublic ? 401 : 404;
        }
        assert.equal(reply.status, expected, `${row.route} as ${role}: ${reply.text}`);
        const isTooOld = reply.status === 403 && role.startsWith('stale') && row.statuses[index - 1] !== 403;
        if (isTooOld && !row.route.endsWith('/forbidden') && expected !== row.statuses[2]) {
          assert.deepEqual(reply.json(), { error: 'sign in again' }, row.route);
        }
      }
    }
  });
}

test('a member is answered 403 for another id, whether it exists or not', async (t) => {
  const server = await startTestService(t);
  await server.addUser('root@example.com', PASSWORD);
  const other = await server.addUser('other@example.com', PASSWORD, []);
  await server.addUser('member@example.com', PASSWORD, []);
  const credentials = await signIn(server, 'member@example.com');
  const answers = [];
  for (const id of [other.id, STRANGER, 'nothing', '%00', 'ME']) {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const { status, text } = await server.api(method, `/users/${id}`, credentials);
      answers.push(`${status} ${text}`);
    }
  }
  assert.deepEqual([...new Set(answers)], ['403 {\n  "error": "Forbidden"\n}\n']);
});

test('AUTH_TYPE=none leaves every route open, and auth leaves every route but the public ones closed', async (t) => {
  for (const [authType, status] of [['none', 200], ['auth', 403]] as const) {
    const server = await startTestService(t, { authType });
    const user = await server.addUser('mia@example.com', PASSWORD, []);
    await server.addUser('root@example.com', PASSWORD);
    const credentials = { basic: ['mia@example.com', PASSWORD] as const };
    assert.equal((await server.api('GET', '/users', credentials)).status, status);
    assert.equal((await server.api('PUT', `/users/${user.id}/groups`, { ...GROUPS, ...credentials })).status, status);
    assert.equal((await server.api('DELETE', `/users/${user.id}`, credentials)).status, status);
    assert.equal((await server.api('GET', '/status', credentials)).status, 200);
  }
});
