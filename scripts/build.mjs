import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';

/**
 * Compiles `src/` to `dist/`. The compiler is a development package: an installation without those keeps what is built,
 * or ends with a sentence that says what to do.
 */
const COMPILER = 'node_modules/typescript/bin/tsc';
const BUILT = 'dist/server.js';

if (existsSync(COMPILER)) {
  rmSync('dist', { recursive: true, force: true });
  const { status } = spawnSync(process.execPath, [COMPILER, '-p', 'src'], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
} else if (existsSync(BUILT)) {
  console.error('The compiler is not installed: dist/ stays as it was built.');
} else {
  console.error(
    'Nothing is built: TypeScript is a development package, and those are left out here (--omit=dev or NODE_ENV=production).\n' +
      'Run "npm ci --include=dev", which builds dist/; "npm prune --omit=dev" then removes the compiler.',
  );
  process.exitCode = 1;
}
