import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import test from 'node:test';
import { describeSettings } from '../src/config.ts';
import { User } from '../src/models/user.ts';
import { PasswordHasher } from '../src/security/password.ts';
import { runCurl } from './helpers/curl.ts';
import type { CookieJars } from './helpers/curl.ts';
import { CHEAP_COST, startTestService } from './helpers/service.ts';

const README = readFileSync('README.md', 'utf8');

/** Commands after `$ `, each with what it prints. */
function consoleSessions(): { command: string; output: string }[] {
  const blocks = [...README.matchAll(/^```console\n(.*?)^```/gms)].map(([, text = '']) => text);
  return blocks.flatMap((block) =>
    block
      .split(/^\$ /m)
      .filter((step) => step !== '')
      .map((step) => ({ command: step.slice(0, step.indexOf('\n')), output: step.slice(step.indexOf('\n') + 1) })),
  );
}

/** Ids and times differ from run to run. */
function generalised(text: string): string {
  return text
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g, '<id>')
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, '<time>');
}

test("the README's curl session prints what it says, on a server with no settings", async (t) => {
  const passwords = new PasswordHasher({ cost: CHEAP_COST });
  const { service, base } = await startTestService(t, { passwords });
  const added = /echo '(.*)' \| node dist\/cli\.js user add (\S+) --first-name (\S+)/.exec(README);
  const [, password = '', email = '', firstName = ''] = added ?? [];
  await service.users.save(new User({ email, firstName, passwordHash: await passwords.hash(password) }));

  const jars: CookieJars = new Map();
  const steps = consoleSessions();
  assert.ok(steps.length >= 6, 'the session shows status, login, me and logout');
  for (const { command, output } of steps) {
    const reply = await runCurl(command, base, jars);
    assert.equal(generalised(reply.text), generalised(output), command);
  }
});

test("the README's table of settings is that of --help", () => {
  const rows = [...README.matchAll(/^\| `([A-Z_]+)` \| `(.*?)` \| (.*?) \|$/gm)].map(([, name, fallback, meaning]) => ({
    name,
    fallback,
    meaning,
  }));
  assert.deepEqual(rows, [...describeSettings()]);
});

test("every file that the README names is there", () => {
  const paths = [...README.matchAll(/`((?:src|test|scripts)\/[\w./-]*)`/g)].map(([, path = '']) => path);
  assert.ok(paths.length > 30);
  for (const path of paths) assert.ok(existsSync(path), path);
});
