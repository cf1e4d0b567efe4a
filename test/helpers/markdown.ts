import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';

/** A Markdown file of the project. */
export interface Document {
  /** From the root of the project. */
  readonly path: string;
  readonly text: string;
}

const NOT_OURS: ReadonlySet<string> = new Set(['node_modules', 'dist', 'data']);

function readmePaths(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = posix.join(directory, entry.name);
    if (entry.isDirectory()) return NOT_OURS.has(entry.name) || entry.name.startsWith('.') ? [] : readmePaths(path);
    return entry.name === 'README.md' ? [path] : [];
  });
}

/** Every README of the project. */
export function readmes(): readonly Document[] {
  return readmePaths('.')
    .sort()
    .map((path) => ({ path, text: readFileSync(path, 'utf8') }));
}

/** What stands in the fenced blocks of a language. */
export function codeBlocks(text: string, language: string): string[] {
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)]
    .filter(([, of]) => of === language)
    .map(([, , block = '']) => block);
}

/** The text without its fenced blocks, in which nothing is a link or a heading. */
export function withoutCodeBlocks(text: string): string {
  return text.replace(/^```\w*\n.*?^```$/gms, '');
}

/** The rows of every table, each as its cells; headings and rules among them. */
export function tableRows(text: string): string[][] {
  return [...text.matchAll(/^\| (.*) \|$/gm)].map(([, cells = '']) => cells.split('|').map((cell) => cell.trim()));
}

/** Where each link leads, as it is written; pictures among them. */
export function linkTargets(text: string): string[] {
  return [...withoutCodeBlocks(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
}

/** The anchors of the headings, as GitHub makes them. */
function anchors(text: string): string[] {
  return [...withoutCodeBlocks(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/**
 * Why a link leads nowhere.
 *
 * @param from the file that it is in
 * @param target as `linkTargets` gives it
 * @returns null where it leads to a file, and a heading, that are there, or to another site
 */
export function linkProblem(from: Document, target: string): string | null {
  if (/^https?:/.test(target)) return null;
  const [file = '', anchor] = target.split('#', 2);
  const path = file === '' ? from.path : posix.join(posix.dirname(from.path), file);
  if (!existsSync(path)) return `${path} is not there`;
  if (anchor === undefined) return null;
  return anchors(readFileSync(path, 'utf8')).includes(anchor) ? null : `${path} has no heading #${anchor}`;
}
