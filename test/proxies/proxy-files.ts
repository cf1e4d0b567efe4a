import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Where everything listens in a test, by what the files of scripts/deploy say. */
export interface Ports {
  readonly http: number;
  readonly https: number;
  readonly server: number;
  readonly wiki: number;
  readonly ops: number;
}

/** A text in one of the files, and what stands for it in a test. */
export type Change = readonly [from: string | RegExp, to: string];

/** The addresses that all the files share. */
export function portChanges({ server, wiki, ops }: Ports): readonly Change[] {
  return [
    [/127\.0\.0\.1:5000/g, `127.0.0.1:${server}`],
    [/127\.0\.0\.1:8080/g, `127.0.0.1:${wiki}`],
    [/127\.0\.0\.1:8081/g, `127.0.0.1:${ops}`],
  ];
}

/** The text of a file of scripts/deploy, with those of the changes that it has a place for. */
export function deployFile(path: string, changes: readonly Change[]): string {
  const text = readFileSync(join('scripts/deploy', path), 'utf8');
  // A pattern says itself whether it means one place or all.
  return changes.reduce(
    (changed, [from, to]) => (typeof from === 'string' ? changed.replaceAll(from, () => to) : changed.replace(from, () => to)),
    text,
  );
}

/** @returns the path of the file that it wrote */
export function put(directory: string, name: string, text: string): string {
  const path = join(directory, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

export interface Certificate {
  readonly certPath: string;
  readonly keyPath: string;
  readonly pem: string;
}

/** A certificate for example.com and the hosts below it, signed by itself. */
export function makeCertificate(directory: string): Certificate {
  const [certPath, keyPath] = [join(directory, 'cert.pem'), join(directory, 'key.pem')];
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
      ...['-keyout', keyPath, '-out', certPath, '-subj', '/CN=example.com'],
      ...['-addext', 'subjectAltName=DNS:example.com,DNS:*.example.com'],
    ],
    { stdio: 'pipe' },
  );
  return { certPath, keyPath, pem: readFileSync(certPath, 'utf8') };
}
