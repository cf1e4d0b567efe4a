import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A source file, by its path below `src/`. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** Every TypeScript file below `src/`. */
export function sourceFiles(): SourceFile[] {
  const paths = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
  return paths.sort().map((path) => ({ path, text: readFileSync(join('src', path), 'utf8') }));
}

// What is no code, whichever begins first: a comment, a string, a template (with what stands in its `${}`), or a
// regular expression, which is one where a value may begin.
const NO_CODE = new RegExp(
  [
    /\/\*[\s\S]*?\*\//,
    /\/\/[^\n]*/,
    /'(?:\\.|[^'\\\n])*'/,
    /"(?:\\.|[^"\\\n])*"/,
    /`(?:\\[\s\S]|[^`\\])*`/,
    /(?<=[(,=:[!&|?{};]\s*|\breturn\s+|=>\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
);

/** The code without comments, strings, templates and regular expressions, each of which becomes `''`. */
export function codeOf(text: string): string {
  return text.replace(NO_CODE, (match) => (match.startsWith('//') || match.startsWith('/*') ? ' ' : "''"));
}

/** What a file imports or exports from elsewhere, types included. */
export function specifiersOf(text: string): string[] {
  const named = text.matchAll(/^(?:import|export)\b[^;'"]*?\bfrom\s*['"]([^'"]+)['"]/gm);
  const bare = text.matchAll(/^import\s*['"]([^'"]+)['"]/gm);
  const dynamic = text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]/g);
  return [...named, ...bare, ...dynamic].map(([, specifier = '']) => specifier);
}

/** Which rules of the house style some code breaks. */
export function brokenRules(text: string): string[] {
  const withoutRenames = text.replace(/^(?:import|export)\b[^;'"]*?\bfrom\s*['"][^'"]+['"];/gm, '');
  const code = codeOf(withoutRenames);
  const rules: readonly (readonly [rule: string, breach: RegExp])[] = [
    ['no any', /(?<![.\w])any\b(?!\s*[:(])/],
    ['no !', /[\w)\]]!(?!=)/],
    ['no as but as const', /(?<![.\w])as\b(?!\s+const\b)(?!\s*[:(])/],
    ['no angle-bracket assertion', /(?:[=(,:?]|\breturn)\s*<\w+(?:\[\])?>\s*[\w({[]+(?!.*=>)/],
    ['no process', /(?<![.\w])process\b(?!\s*:)/],
    ['no state of a module', /^(?:export )?(?:let|var)\b/m],
  ];
  const found = rules.filter(([, breach]) => breach.test(code)).map(([rule]) => rule);
  if (/@ts-(?:ignore|expect-error|nocheck)|eslint-disable/.test(text)) found.push('no switched-off check');
  return found;
}
