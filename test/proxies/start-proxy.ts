import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { temporaryDirectory } from '../helpers/directory.ts';
import { freePort, startListener } from './program.ts';
import { deployFile, makeCertificate, portChanges, put } from './proxy-files.ts';
import type { Change, Ports } from './proxy-files.ts';

/** The session server on a host of its own, or below a path of the application's. */
export type Layout = 'hosts' | 'subpath';

export interface RunningProxy {
  /** What signed its certificate, PEM. */
  readonly ca: string;
}

export interface ProxyOptions {
  readonly layout: Layout;
  readonly ports: Ports;
  /** On top of ports and paths. */
  readonly changes?: readonly Change[];
  /** For nginx: the file of scripts/deploy that says where the session server is, in place of the one for one process. */
  readonly upstream?: string;
}

/** Starts a proxy with the files of scripts/deploy; it ends with the test. */
export type StartProxy = (t: TestContext, options: ProxyOptions) => Promise<RunningProxy>;

/** What the files below a path say to change in those that both layouts share. */
function nameChanges(layout: Layout): readonly Change[] {
  return layout === 'subpath' ? [['auth.example.com', 'example.com']] : [];
}

// Of the directory that nginx would otherwise share with one that runs here.
const NGINX_OWN_PATHS = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

export const startNginx: StartProxy = async (t, options) => {
  const { layout, ports, changes = [], upstream = 'nginx/session-auth-upstream.conf' } = options;
  const directory = temporaryDirectory(t);
  const certificate = makeCertificate(directory);
  const all: readonly Change[] = [
    ...portChanges(ports),
    [/listen 80\b/g, `listen 127.0.0.1:${ports.http}`],
    [/listen 443\b/g, `listen 127.0.0.1:${ports.https}`],
    ['https://$host$', `https://$host:${ports.https}$`],
    ['/etc/ssl/example.com/fullchain.pem', certificate.certPath],
    ['/etc/ssl/example.com/privkey.pem', certificate.keyPath],
    ['/etc/nginx/', `${directory}/`],
    ...nameChanges(layout),
    ...changes,
  ];
  const included = ['check', 'pages', 'protect', 'server', 'tls'].map((name) => `session-auth/${name}.conf`);
  for (const name of ['session-auth.conf', ...included, `${layout}.conf`]) put(directory, name, deployFile(`nginx/${name}`, all));
  put(directory, 'session-auth-upstream.conf', deployFile(upstream, all));
  const main = put(
    directory,
    'nginx.conf',
    `daemon off; worker_processes 1; pid ${directory}/pid; ${process.getuid?.() === 0 ? 'user root;' : ''}
     events {}
     http {
       access_log off;
       ${NGINX_OWN_PATHS.map((name) => `${name}_temp_path ${directory}/${name};`).join(' ')}
       include ${directory}/session-auth-upstream.conf;
       include ${directory}/session-auth.conf;
       include ${directory}/${layout}.conf;
     }`,
  );
  await startListener(t, ['nginx', '-c', main, '-p', directory, '-e', 'stderr'], ports.https);
  return { ca: certificate.pem };
};

export const startCaddy: StartProxy = async (t, { layout, ports, changes = [] }) => {
  const directory = temporaryDirectory(t);
  const paths: readonly Change[] = [['/etc/caddy/', `${directory}/`]];
  const all = [...portChanges(ports), ...paths, ...nameChanges(layout), ...changes];
  put(directory, 'session-auth.caddy', deployFile('caddy/session-auth.caddy', all));
  const file = layout === 'hosts' ? 'Caddyfile' : 'subpath.Caddyfile';
  // The one block that is not in the file: other ports, and certificates of Caddy's own in place of public ones.
  const global = `{
    admin off
    local_certs
    skip_install_trust
    http_port ${ports.http}
    https_port ${ports.https}
    default_bind 127.0.0.1
    storage file_system ${directory}/storage
  }`;
  const main = put(directory, 'Caddyfile', `${global}\n${deployFile(`caddy/${file}`, all)}`);
  const command = ['caddy', 'run', '--config', main, '--adapter', 'caddyfile'] as const;
  await startListener(t, [...command], ports.https, { HOME: directory });
  return { ca: readFileSync(join(directory, 'storage/pki/authorities/local/root.crt'), 'utf8') };
};

export const startHaproxy: StartProxy = async (t, { layout, ports, changes = [] }) => {
  const directory = temporaryDirectory(t);
  const certificate = makeCertificate(directory);
  mkdirSync(join(directory, 'certs'));
  put(directory, 'certs/example.com.pem', certificate.pem + readFileSync(certificate.keyPath, 'utf8'));
  const all: readonly Change[] = [
    ...portChanges(ports),
    [/127\.0\.0\.1:5001/g, `127.0.0.1:${await freePort()}`],
    ['bind :80\n', `bind 127.0.0.1:${ports.http}\n`],
    ['bind :443 ', `bind 127.0.0.1:${ports.https} `],
    ['redirect scheme https', `redirect prefix https://%[req.hdr(host),field(1,:)]:${ports.https}`],
    ['/etc/haproxy/', `${directory}/`],
    // For whoever is not root, and has no system log.
    [/^ {4}(?:user|group|log) .*\n/gm, ''],
    ...nameChanges(layout),
    ...changes,
  ];
  put(directory, 'session-auth.lua', deployFile('haproxy/session-auth.lua', all));
  const file = layout === 'hosts' ? 'haproxy.cfg' : 'subpath.cfg';
  const main = put(directory, 'haproxy.cfg', deployFile(`haproxy/${file}`, all));
  await startListener(t, ['haproxy', '-db', '-f', main], ports.https);
  return { ca: certificate.pem };
};
