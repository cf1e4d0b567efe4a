import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** A new directory that is removed after the test. */
export function temporaryDirectory(t: Pick<TestContext, 'after'>): string {
  const directory = mkdtempSync(join(tmpdir(), 'session-auth-'));
  // Hooks run in the order in which they were made, so a server or a store may still be open, and write meanwhile.
  t.after(() => rmSync(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 10 }));
  return directory;
}
