import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../helpers/directory.ts';
import { run, succeed } from '../helpers/package.ts';
import { startTestService } from '../helpers/service.ts';

const FOLDER = 'scripts/deploy/docker';
const DOCKERFILE = readFileSync(join(FOLDER, 'Dockerfile'), 'utf8');
/** Instruction and arguments; comments left out. */
const LINES = DOCKERFILE.split('\n').filter((line) => line !== '' && !line.startsWith('#')).map((line) => {
  const [, instruction = '', rest = ''] = /^([A-Z]+) (.*)$/.exec(line) ?? assert.fail(line);
  return { instruction, rest };
});
const FINAL = LINES.slice(LINES.findLastIndex(({ instruction }) => instruction === 'FROM'));

/** What is copied into the build from the project, each as sources and target. */
const COPIED = LINES.filter(({ instruction, rest }) => instruction === 'COPY' && !rest.startsWith('--')).map(({ rest }) => {
  const words = rest.split(' ');
  return { sources: words.slice(0, -1), target: words.at(-1) ?? '' };
});

test('the image is built from what is named, and the ignore file lets in nothing else', () => {
  const sources = COPIED.flatMap((copy) => copy.sources);
  for (const source of sources) assert.ok(existsSync(source), source);
  const ignored = readFileSync(join(FOLDER, 'Dockerfile.dockerignore'), 'utf8').split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  assert.equal(ignored[0], '*');
  assert.deepEqual(ignored.slice(1).toSorted(), sources.map((source) => `!${source}`).toSorted());
});

test('what is copied into the build compiles, and what goes on into the image runs', async (t) => {
  const [build, image] = [temporaryDirectory(t), temporaryDirectory(t)];
  for (const { sources, target } of COPIED) {
    for (const source of sources) {
      const to = join(build, target.endsWith('/') ? join(target, basename(source)) : target);
      mkdirSync(dirname(to), { recursive: true });
      cpSync(source, to, { recursive: true });
    }
  }
  // In place of "npm ci", which asks the network.
  symlinkSync(resolve('node_modules'), join(build, 'node_modules'));
  await succeed('npm', ['run', 'build'], { cwd: build });
  for (const { instruction, rest } of FINAL) {
    const [, source = '', target = ''] = /^--from=build \/app\/(\S+) (\S+)$/.exec(rest) ?? [];
    if (instruction !== 'COPY') continue;
    assert.notEqual(source, '', rest);
    cpSync(join(build, source), join(image, target.endsWith('/') ? join(target, basename(source)) : target), { recursive: true });
  }
  assert.match(await succeed(process.execPath, ['dist/server.js', '--version'], { cwd: image }), /^\d+\.\d+\.\d+\n$/);
});

test('the image runs node itself, as nobody that could do harm, and stops as the server expects', () => {
  const last = (wanted: string): string => FINAL.findLast(({ instruction }) => instruction === wanted)?.rest ?? '';
  assert.equal(last('USER'), 'node');
  assert.equal(last('CMD'), '["node", "dist/server.js"]');
  assert.equal(last('STOPSIGNAL'), 'SIGTERM');
  assert.match(last('ENV'), /API_HOST=0\.0\.0\.0 DATA_DIR=\/data/);
  assert.equal(last('VOLUME'), '/data');
  const afterUser = FINAL.slice(FINAL.findIndex(({ instruction }) => instruction === 'USER'));
  assert.ok(!afterUser.some(({ instruction }) => instruction === 'RUN' || instruction === 'COPY'));
  for (const { rest } of LINES.filter(({ instruction }) => instruction === 'FROM')) assert.match(rest, /^node:\d+-slim/);
});

test('the health check passes while the server is ready, whatever ALLOWED_HOSTS is, and fails without one', async (t) => {
  const { rest } = FINAL.find(({ instruction }) => instruction === 'HEALTHCHECK') ?? assert.fail('no health check');
  const [program, ...args]: readonly string[] = JSON.parse(/ CMD (\[.*\])$/.exec(rest)?.[1] ?? '');
  assert.equal(program, 'node');
  const { service } = await startTestService(t, { allowedHosts: ['auth.example.com'] });
  const { port } = service.address;
  const check = { cwd: temporaryDirectory(t), env: { API_PORT: String(port) } };
  assert.equal((await run(process.execPath, args, check)).code, 0);
  await service.close();
  assert.equal((await run(process.execPath, args, check)).code, 1);
});

test('the Compose example keeps the root file system read-only and every capability away', () => {
  const compose = readFileSync(join(FOLDER, 'compose.yaml'), 'utf8');
  for (const line of ['read_only: true', 'cap_drop:\n      - ALL', 'no-new-privileges:true', '127.0.0.1:5000:5000', '- data:/data', 'core: 0']) {
    assert.ok(compose.includes(line), line);
  }
  const [, dockerfile = ''] = /dockerfile: (\S+)/.exec(compose) ?? [];
  const [, context = ''] = /context: (\S+)/.exec(compose) ?? [];
  assert.equal(resolve(FOLDER, context), resolve('.'));
  assert.ok(existsSync(dockerfile));
});
