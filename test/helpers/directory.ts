import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

const REMOVAL_ATTEMPTS = 100;
const REMOVAL_RETRY_MS = 20;

/** A new directory that is removed after the test. */
export function temporaryDirectory(t: Pick<TestContext, 'after'>): string {
  const directory = mkdtempSync(join(tmpdir(), 'session-auth-'));
  t.after(() => removeDirectory(directory));
  return directory;
}

/**
 * Hooks run in the order in which they were made, so a store in the directory may still be open, and a compaction
 * of it put a file there between the look at what to remove and the removal.
 */
async function removeDirectory(directory: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await rm(directory, { recursive: true, force: true });
      return;
    } catch (error) {
      if (attempt === REMOVAL_ATTEMPTS) throw error;
      await delay(REMOVAL_RETRY_MS);
    }
  }
}
