import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuthType } from '../../src/config.ts';
import { cookieOf } from '../helpers/client.ts';
import { temporaryDirectory } from '../helpers/directory.ts';
import { startTestService } from '../helpers/service.ts';
import { runTranscript } from '../helpers/transcript.ts';

const SESSION_TYPES: readonly AuthType[] = ['session_auth', 'session_exp_auth', 'session_db_auth'];
const EXPIRING_TYPES: readonly AuthType[] = ['session_exp_auth', 'session_db_auth'];
const BOB = ['bob@hbtn.io', 'H0lbertonSchool98!'] as const;
const BOB_SESSION = ['bobsession@hbtn.io', 'fake pwd'] as const;
const LOGIN = { email: 'bobsession@hbtn.io', password: 'fake pwd' };

/** The "second terminal" of a task, as the tutorial prints it. */
function transcript(task: number): URL {
  return new URL(`tutorial/task-${task}.txt`, import.meta.url);
}

test('the transcript of task 0 holds under basic_auth', async (t) => {
  const { base, addUser } = await startTestService(t, { authType: 'basic_auth' });
  await addUser(...BOB);
  assert.equal(await runTranscript(transcript(0), { base }), 4);
});

for (const authType of ['auth', 'basic_auth', ...SESSION_TYPES] as const) {
  test(`the transcript of task 1 holds under ${authType}`, async (t) => {
    const { base } = await startTestService(t, { authType });
    assert.equal(await runTranscript(transcript(1), { base }), 4);
  });
}

// The login route comes with task 7. Until then, and where there are no sessions, it is not found.
test('the transcript of task 5 holds under auth', async (t) => {
  const { base } = await startTestService(t, { authType: 'auth' });
  assert.equal(await runTranscript(transcript(5), { base }), 5);
});

for (const authType of SESSION_TYPES) {
  test(`the transcript of task 5 holds under ${authType}, where GET login is 405 since task 7`, async (t) => {
    const { base } = await startTestService(t, { authType });
    const login =
      'curl "http://0.0.0.0:5000/api/v1/auth_session/login" # not found but not "blocked" by an authentication system';
    const instead = new Map([[login, '{\n  "error": "Method not allowed"\n}']]);
    assert.equal(await runTranscript(transcript(5), { base, instead }), 5);
  });

  test(`the transcript of task 7 holds under ${authType}`, async (t) => {
    const { base, addUser } = await startTestService(t, { authType });
    await addUser(...BOB_SESSION);
    assert.equal(await runTranscript(transcript(7), { base }), 8);
  });

  test(`the transcript of task 8 holds under ${authType}`, async (t) => {
    const { base, addUser } = await startTestService(t, { authType });
    await addUser(...BOB_SESSION);
    assert.equal(await runTranscript(transcript(8), { base }), 5);
  });
}

for (const authType of EXPIRING_TYPES) {
  for (const task of [9, 10]) {
    test(`the transcript of task ${task} holds under ${authType}`, async (t) => {
      let now = Date.UTC(2017, 9, 16, 4, 57, 8);
      const { base, addUser } = await startTestService(t, {
        authType,
        sessionDurationSeconds: 60,
        clock: () => now,
      });
      await addUser(...BOB_SESSION);
      const sleep = (seconds: number): void => {
        now += seconds * 1000;
      };
      assert.equal(await runTranscript(transcript(task), { base, sleep }), 4);
    });
  }

  test(`a session under ${authType} is over once created + duration is before now`, async (t) => {
    const madeAt = Date.UTC(2017, 9, 16, 4, 57, 8);
    let now = madeAt;
    const { api, addUser } = await startTestService(t, { authType, sessionDurationSeconds: 60, clock: () => now });
    await addUser(...BOB_SESSION);
    const cookie = cookieOf(await api('POST', '/auth_session/login', { form: LOGIN }));
    const cases: readonly (readonly [ageMs: number, status: number])[] = [
      [0, 200],
      [1, 200],
      [59_999, 200],
      [60_000, 200],
      [60_001, 403],
      [61_000, 403],
      // A clock that was set back ends nothing.
      [-1, 200],
      [30_000, 200],
    ];
    for (const [ageMs, status] of cases) {
      now = madeAt + ageMs;
      assert.equal((await api('GET', '/users/me', { cookie })).status, status, `${ageMs} ms`);
    }
  });
}

for (const authType of SESSION_TYPES) {
  const outlives = authType === 'session_db_auth';
  test(`a restart ${outlives ? 'keeps' : 'ends'} a session made under ${authType}`, async (t) => {
    const madeAt = Date.UTC(2017, 9, 16, 4, 57, 8);
    let now = madeAt;
    const options = {
      authType,
      sessionDurationSeconds: 60,
      dataDirectory: temporaryDirectory(t),
      clock: () => now,
    };
    const before = await startTestService(t, options);
    await before.addUser(...BOB_SESSION);
    const cookie = cookieOf(await before.api('POST', '/auth_session/login', { form: LOGIN }));
    assert.equal((await before.api('GET', '/users/me', { cookie })).status, 200);
    await before.service.close();

    now = madeAt + 59_000;
    const after = await startTestService(t, options);
    const reply = await after.api('GET', '/users/me', { cookie });
    assert.equal(reply.status, outlives ? 200 : 403);
    assert.equal((await after.api('POST', '/auth_session/login', { form: LOGIN })).status, 200, 'the user is there');
    // On its own time: the restart has not prolonged it.
    now = madeAt + 60_001;
    assert.equal((await after.api('GET', '/users/me', { cookie })).status, 403);
    await after.service.close();

    const last = await startTestService(t, options);
    assert.equal((await last.api('GET', '/users/me', { cookie })).status, 403);
  });
}
