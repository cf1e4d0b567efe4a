/**
 * What `auth_request` to this server costs nginx: its throughput beside the same without, and how many connections it
 * opens. Needs nginx (`apt-get install -y nginx`), and a build (`npm run build`).
 *
 *   node scripts/bench/nginx.mjs                       nine rounds of a second each
 *   node scripts/bench/nginx.mjs --rounds N --seconds S --connections N
 *
 * One nginx worker with the files of scripts/deploy/nginx has a core for itself; the application behind it (another
 * nginx that answers 200), this server and the load share the other. No TLS, which would cost both the same. Rounds go
 * A B, B A, and figures are medians: the machine may have other work.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { putLoad } from './lib/load.mjs';
import { describeMachine, LOAD_CORE, pin, SERVER_CORE } from './lib/machine.mjs';
import { processCpuSeconds, startServer } from './lib/server-process.mjs';
import { median } from './lib/statistics.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const DEPLOY = join(HERE, '../deploy/nginx');
const DIST = join(HERE, '../../dist');
const EMAIL = 'mia@example.com';
const PASSWORD = 'correct horse battery staple';
/** Spec: nginx keeps so much of its own throughput, and opens no more connections per worker and 1,000 requests. */
const BARS = { ratio: 0.45, connectionsPerThousand: 2 };
const START_LIMIT_MS = 20_000;

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    seconds: { type: 'string', default: '1' },
    connections: { type: 'string', default: '8' },
  },
});
const [rounds, seconds, connections] = [flags.rounds, flags.seconds, flags.connections].map(Number);

mkdirSync(join(HERE, 'data'), { recursive: true });
const scratch = mkdtempSync(join(HERE, 'data/nginx-'));
const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stopping.abort(new Error(signal)));
const context = { scratch, machine: describeMachine(), signal: stopping.signal };
const running = [];
try {
  await main();
} finally {
  for (const stop of running.toReversed()) await stop();
  rmSync(scratch, { recursive: true, force: true });
}

async function main() {
  const countFile = join(scratch, 'connections');
  const dataDirectory = join(scratch, 'data');
  const env = { DATA_DIR: dataDirectory };
  execFileSync(process.execPath, [join(DIST, 'cli.js'), 'user', 'add', EMAIL], {
    env: { ...process.env, ...env },
    input: `${PASSWORD}\n`,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const counter = join(HERE, 'lib/count-connections.mjs');
  const server = await startServer(context, {
    script: join(DIST, 'server.js'),
    core: LOAD_CORE,
    env: {
      ...{ ...env, API_PORT: '0', TRUST_PROXY: '1', PUBLIC_URL: 'https://auth.example.com', LOG_FORMAT: 'off' },
      ...{ NODE_OPTIONS: `--import ${counter}`, COUNT_FILE: countFile },
    },
  });
  running.push(server.stop);
  const cookie = await signIn(server.origin);
  const applicationPort = await freePort();
  const port = await freePort();
  await startNginx('application', LOAD_CORE, applicationPort, applicationConfig(applicationPort));
  const worker = await startNginx('proxy', SERVER_CORE, port, proxyConfig(port, applicationPort, new URL(server.origin).port));

  const opened = () => Number(readFileSync(countFile, 'utf8'));
  const before = opened();
  let asked = 0;
  const visit = async (path) => {
    const cpuBefore = processCpuSeconds(worker);
    const load = { url: `http://127.0.0.1:${port}${path}`, connections, seconds, headers: { Cookie: cookie } };
    const figures = await putLoad(context, load);
    if (figures.errors > 0) throw new Error(`${path}: ${figures.errors} errors`);
    if (path === '/protected') asked += figures.requests;
    const cpuMicroseconds = ((processCpuSeconds(worker) - cpuBefore) * 1e6) / figures.requests;
    return { rate: figures.requests / figures.seconds, cpuMicroseconds };
  };
  // A warm-up, which counts for the connections: the first of them are opened here.
  for (const path of ['/open', '/protected']) await visit(path);
  const pairs = [];
  for (let round = 0; round < rounds; round += 1) {
    const pair = {};
    for (const path of round % 2 === 0 ? ['/open', '/protected'] : ['/protected', '/open']) pair[path] = await visit(path);
    pairs.push(pair);
    console.error(`round ${round + 1}: ${(pair['/protected'].rate / pair['/open'].rate).toFixed(3)}`);
  }
  report(pairs, opened() - before, asked);
}

function report(pairs, opened, asked) {
  const of = (path, figure) => median(pairs.map((pair) => pair[path][figure]));
  const ratio = median(pairs.map((pair) => pair['/protected'].rate / pair['/open'].rate));
  const perThousand = (opened * 1_000) / asked;
  const { cpu, cores, node } = context.machine;
  const nginx = execFileSync('nginx', ['-v'], { stdio: ['ignore', 'pipe', 'pipe'] }).toString();
  console.log(`${cpu}, ${cores} cores, Node ${node} ${nginx}${connections} connections, ${rounds} rounds of ${seconds} s, one nginx worker

| location | requests/s | nginx CPU µs/request |
| --- | ---: | ---: |`);
  for (const [path, name] of [['/open', 'without auth_request'], ['/protected', 'with auth_request']]) {
    console.log(`| ${name} | ${Math.round(of(path, 'rate'))} | ${of(path, 'cpuMicroseconds').toFixed(1)} |`);
  }
  const cpuRatio = of('/open', 'cpuMicroseconds') / of('/protected', 'cpuMicroseconds');
  console.log(`
ratio of the throughput, median of the rounds: ${ratio.toFixed(3)} (asked: >= ${BARS.ratio}); by nginx's CPU alone: ${cpuRatio.toFixed(3)}
connections opened for ${asked} requests: ${opened}; per 1,000: ${perThousand.toFixed(2)} (asked: <= ${BARS.connectionsPerThousand})`);
}

async function signIn(origin) {
  const answer = await fetch(`${origin}/api/v1/auth_session/login`, {
    method: 'POST',
    body: new URLSearchParams({ email: EMAIL, password: PASSWORD }),
  });
  const [cookie] = answer.headers.getSetCookie();
  if (cookie === undefined) throw new Error(`sign-in: ${answer.status}`);
  return cookie.split(';', 1)[0];
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** @returns {Promise<number>} the id of its one process: `master_process off` leaves the worker alone */
async function startNginx(name, core, port, http) {
  const directory = join(scratch, name);
  mkdirSync(directory);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${directory}/${kind};`);
  writeFileSync(
    join(directory, 'nginx.conf'),
    `daemon off; master_process off; pid ${directory}/pid; events { worker_connections 4096; }
     http { access_log off; keepalive_requests 10000000; ${temporary.join(' ')} ${http} }`,
  );
  const args = ['-c', join(directory, 'nginx.conf'), '-p', directory, '-e', 'stderr'];
  const [command, pinned] = pin(context.machine, core, 'nginx', args);
  const child = spawn(command, pinned, { stdio: ['ignore', 'ignore', 'inherit'], signal: context.signal });
  const ended = new Promise((resolve) => child.on('close', resolve));
  child.on('error', () => {});
  running.push(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  const until = performance.now() + START_LIMIT_MS;
  while (!(await fetch(`http://127.0.0.1:${port}/open`).then(() => true, () => false))) {
    if (child.exitCode !== null || performance.now() > until) throw new Error(`nginx (${name}) did not start`);
    await delay(50, undefined, { signal: context.signal });
  }
  return child.pid;
}

function applicationConfig(port) {
  return `server { listen 127.0.0.1:${port}; location / { default_type text/plain; return 200 "application\\n"; } }`;
}

function proxyConfig(port, applicationPort, serverPort) {
  const included = ['session-auth-upstream.conf', 'session-auth.conf', 'session-auth/check.conf', 'session-auth/server.conf', 'session-auth/protect.conf'];
  mkdirSync(join(scratch, 'session-auth'));
  for (const name of included) {
    const text = readFileSync(join(DEPLOY, name), 'utf8').replaceAll('/etc/nginx/', `${scratch}/`);
    writeFileSync(join(scratch, name), text.replaceAll('127.0.0.1:5000', `127.0.0.1:${serverPort}`));
  }
  // The same location without the question: the application's connections are kept open for both.
  const open = readFileSync(join(scratch, 'session-auth/protect.conf'), 'utf8').replace(/^(?:auth_request_set|error_page|proxy_set_header Remote).*$/gm, '');
  writeFileSync(join(scratch, 'session-auth/open.conf'), open);
  return `
    include ${scratch}/session-auth-upstream.conf;
    include ${scratch}/session-auth.conf;
    upstream application { server 127.0.0.1:${applicationPort}; keepalive 64; keepalive_requests 10000000; }
    server {
      listen 127.0.0.1:${port};
      include ${scratch}/session-auth/server.conf;
      location /open { include ${scratch}/session-auth/open.conf; proxy_pass http://application; }
      location /protected {
        auth_request /session-auth-check;
        include ${scratch}/session-auth/protect.conf;
        proxy_pass http://application;
      }
    }`;
}
