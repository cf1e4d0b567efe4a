import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { declareModels } from '../../src/models/repositories.ts';
import type { Database, Models } from '../../src/models/repositories.ts';
import { UserSession } from '../../src/models/user-session.ts';
import { User } from '../../src/models/user.ts';
import { JOURNAL_FILE } from '../../src/storage/journal/journal-recovery.ts';
import { JournalStore } from '../../src/storage/journal/journal-store.ts';
import type { JournalStoreOptions } from '../../src/storage/journal/journal-store.ts';
import { LOCK_SOCKET } from '../../src/storage/journal/lock-socket.ts';
import { LOCK_FILE } from '../../src/storage/journal/lock.ts';
import { createStore } from '../../src/storage/open-store.ts';
import { databaseInPlaceOf } from './test-database.ts';

export interface OpenModels extends Database {
  readonly store: JournalStore;
  /** What the store has told so far. */
  readonly notices: readonly string[];
}

/** Opens a journal store with the models of this server. */
export async function openModels(
  directory: string,
  options: Omit<JournalStoreOptions, 'directory' | 'onNotice'> = {},
): Promise<OpenModels> {
  const notices: string[] = [];
  const store = new JournalStore({ ...options, directory, onNotice: (notice) => notices.push(notice) });
  const models = declareModels(store);
  await store.open();
  return { store, notices, ...models };
}

/** Opens the store of a directory, or the database in its place, hands it to `use`, and closes it whatever happens. */
export async function withModels<T>(directory: string, use: (models: Omit<OpenModels, 'store'>) => Promise<T>): Promise<T> {
  const notices: string[] = [];
  const { store } = createStore({
    databaseUrl: await databaseInPlaceOf(directory),
    dataDirectory: directory,
    onNotice: (notice) => notices.push(notice),
  });
  const models = declareModels(store);
  await store.open();
  try {
    return await use({ notices, ...models });
  } finally {
    await store.close();
  }
}

export interface Content {
  readonly users: readonly User[];
  readonly sessions: readonly UserSession[];
}

/** Everything that a store holds, in order. */
export async function contentOf({ users, userSessions }: Models): Promise<Content> {
  return { users: await users.all(), sessions: await userSessions.all() };
}

/** What a store of this directory holds once it is opened anew. */
export async function reopenedContent(directory: string): Promise<Content> {
  return withModels(directory, contentOf);
}

/** The lock of a process that is no more: what a simulated crash leaves behind is this test's own. */
export function dropLock(directory: string): void {
  for (const name of [LOCK_FILE, LOCK_SOCKET]) rmSync(join(directory, name), { force: true });
}

export function journalPath(directory: string): string {
  return join(directory, JOURNAL_FILE);
}

export function journalBytes(directory: string): Buffer {
  return readFileSync(journalPath(directory));
}

/** A user that its number tells from others. */
export function numberedUser(number: number, lastName: string | null = null): User {
  return new User({
    id: `user-${number}`,
    email: `user${number}@example.com`,
    passwordHash: '$sha256$00',
    createdAt: 1_700_000_000_000 + number,
    lastName,
  });
}

/** How long a numbered session lives, in milliseconds. */
export const DURATION_MS = 3_600_000;

/** A session that its number tells from others. */
export function numberedSession(number: number, userId: string): UserSession {
  const createdAt = 1_700_000_000_000 + number;
  return new UserSession({ sessionId: `session-${number}`, userId, createdAt, expiresAt: createdAt + DURATION_MS });
}

/** The item at an index that must be there. */
export function at<T>(items: readonly T[], index: number): T {
  const item = items.at(index);
  assert.ok(item !== undefined, `there is no item ${index}`);
  return item;
}
