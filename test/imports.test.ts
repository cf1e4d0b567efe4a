import assert from 'node:assert/strict';
import { posix } from 'node:path';
import { test } from 'node:test';
import { brokenRules, codeOf, sourceFiles, specifiersOf } from './helpers/source-code.ts';

const FILES = sourceFiles();

/** From the top to the bottom; a file imports from its own layer and from those below. */
const LAYERS: readonly (readonly [name: string, paths: RegExp])[] = [
  ['entries', /^(?:server|cli|index)\.ts$/],
  ['service', /^(?:(?:service|assemble)\.ts|cli\/.+)$/],
  ['app', /^api\/v1\/app\.ts$/],
  ['routes', /^(?:api\/v1\/routes\.ts|api\/v1\/openapi\/.+|gateway\/.+|pages\/.+)$/],
  ['views', /^api\/v1\/views\//],
  ['web', /^web\//],
  ['auth', /^api\/v1\/auth\//],
  ['accounts', /^accounts\//],
  ['models', /^models\//],
  ['security', /^security\//],
  ['storage', /^storage\//],
  ['http', /^http\//],
  ['leaves', /^(?:(?:errors|config|version)\.ts|config\/.+)$/],
];

/** Files over 200 lines: each says why, at its class. */
const LONG_FILES: readonly string[] = [
  'accounts/sessions.ts',
  'storage/journal/journal-store.ts',
];

/** Locks, owners of files and some metrics are about processes: these tell what they ask. */
const PROCESS_FILES: ReadonlySet<string> = new Set(['storage/journal/machine.ts', 'gateway/metrics/measured-process.ts']);

const MAX_LINES = 200;

function layerOf(path: string): number {
  return LAYERS.findIndex(([, paths]) => paths.test(path));
}

/** The files of ours that a file imports. */
function importsOf({ path, text }: { readonly path: string; readonly text: string }): string[] {
  return specifiersOf(text)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => posix.join(posix.dirname(path), specifier));
}

const GRAPH: ReadonlyMap<string, readonly string[]> = new Map(FILES.map((file) => [file.path, importsOf(file)]));

test('every file is in a layer, and imports files that are there, or what Node itself has', () => {
  assert.ok(FILES.length > 40);
  for (const { path, text } of FILES) {
    assert.notEqual(layerOf(path), -1, `${path} is in no layer: say where in test/imports.test.ts`);
    for (const specifier of specifiersOf(text)) {
      assert.match(specifier, /^(?:node:|\.\.?\/.*\.ts$)/, `${path} imports ${specifier}, a package`);
    }
    for (const target of importsOf({ path, text })) assert.ok(GRAPH.has(target), `${path} imports ${target}`);
  }
});

test('imports go one way, from the top to the bottom', () => {
  for (const [path, targets] of GRAPH) {
    for (const target of targets) {
      assert.ok(layerOf(target) >= layerOf(path), `${path} imports ${target}, which is above it`);
    }
  }
});

test('http/ imports nothing outside http/, and the leaves nothing of ours', () => {
  for (const [path, targets] of GRAPH) {
    if (path.startsWith('http/')) assert.deepEqual(targets.filter((target) => !target.startsWith('http/')), [], path);
    // `config.ts` and the files of `config/` are one leaf.
    const own = path.startsWith('config') ? 'config/' : '\0';
    if (LAYERS[layerOf(path)]?.[0] === 'leaves') assert.deepEqual(targets.filter((target) => !target.startsWith(own)), [], path);
  }
});

test('nothing imports an entry, and no file imports itself by way of others', () => {
  const entries = new Set(['server.ts', 'cli.ts', 'index.ts']);
  const finished = new Set<string>();
  const visit = (path: string, way: readonly string[]): void => {
    assert.ok(!way.includes(path), `a cycle: ${[...way, path].join(' → ')}`);
    if (finished.has(path)) return;
    for (const target of GRAPH.get(path) ?? []) {
      assert.ok(!entries.has(target), `${path} imports ${target}`);
      visit(target, [...way, path]);
    }
    finished.add(path);
  };
  for (const path of GRAPH.keys()) visit(path, []);
});

test('no file breaks a rule of the compiler that the compiler does not know', () => {
  for (const { path, text } of FILES) {
    const isEntry = path === 'server.ts' || path === 'cli.ts';
    const broken = brokenRules(text).filter((rule) => !(isEntry && rule === 'no process'));
    assert.deepEqual(broken, [], path);
    // The last line is still seen as code: nothing on the way was taken for a string that does not end.
    assert.ok(brokenRules(`${text}\nconst a = b as string;\n`).includes('no as but as const'), path);
    if (specifiersOf(text).includes('node:process')) assert.ok(PROCESS_FILES.has(path), path);
  }
});

test(`no file is longer than ${MAX_LINES} lines without a reason`, () => {
  const long = FILES.filter(({ text }) => text.split('\n').length - 1 > MAX_LINES);
  assert.deepEqual(long.map(({ path }) => path), LONG_FILES, 'name each in LONG_FILES, and no other');
  for (const { path, text } of long) assert.match(text, / \* Longer than 200 lines: /, path);
});

test('brokenRules() finds what it is for, and only that', () => {
  const cases: readonly (readonly [code: string, broken: readonly string[]])[] = [
    ['let a: any;', ['no any', 'no state of a module']],
    ['const a: any[] = [];', ['no any']],
    ['function f(a: Map<string, any>) {}', ['no any']],
    ['const a = b as string;', ['no as but as const']],
    ['const a = (b as unknown as string);', ['no as but as const']],
    ['const a = b! + 1;', ['no !']],
    ['f(a[0]!.b);', ['no !']],
    ['const a = f()!;', ['no !']],
    ['const a = <string>b;', ['no angle-bracket assertion']],
    ['const a = process.env.B;', ['no process']],
    ['var a = 1;', ['no state of a module']],
    ['export let a = 1;', ['no state of a module']],
    ['// @ts-ignore\nf();', ['no switched-off check']],
    ["const a = 'as any! process.env';", []],
    ['// as any! process.env', []],
    ['/** as any! process.env */', []],
    ['const a = `as any! process.env`;', []],
    ['const a = /as any!/;', []],
    ["const a = /['\"`]/; const b = c as string; // '", ['no as but as const']],
    ["const a = 'it\\'s'; const b = c as string;", ['no as but as const']],
    ["const a = ['b'] as const;", []],
    ["import * as crypto from 'node:crypto';", []],
    ["import { a as b } from './a.ts';", []],
    ["export { a as b } from './a.ts';", []],
    ['if (a !== b && !c) d(!e);', []],
    ['const a = <T>(b: T) => b;', []],
    ['function f<T>(a: T): T {\n  let b = a;\n  return b;\n}', []],
    ['const a = b.any(c);', []],
  ];
  for (const [code, broken] of cases) assert.deepEqual(brokenRules(code), broken, code);
});

test('codeOf() leaves the code and nothing else', () => {
  const cases: readonly (readonly [text: string, code: string])[] = [
    ["a('//', /\\/*/, b); // c", "a('', '', b);  "],
    ['a / b / c', 'a / b / c'],
    ['a = /[/]/g.test(b) /* c */ / d', "a = ''.test(b)   / d"],
    ['`a\n${b}`;', "'';"],
  ];
  for (const [text, code] of cases) assert.equal(codeOf(text), code);
});

test('specifiersOf() finds every kind of import', () => {
  const text = [
    "import './a.ts';",
    "import a from './b.ts';",
    "import type { B } from './c.ts';",
    "import {\n  c,\n  type D,\n} from './d.ts';",
    "export { e } from './e.ts';",
    "export * from './f.ts';",
    "const g = await import('./g.ts');",
    "const from = 'h';",
  ].join('\n');
  assert.deepEqual(specifiersOf(text).sort(), ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => `./${name}.ts`));
});
