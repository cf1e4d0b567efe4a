import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startProcess } from '../helpers/process.ts';
import type { TestProcess } from '../helpers/process.ts';
import { book, declareLibrary, shelf } from '../helpers/library.ts';
import { sharedCluster } from './cluster.ts';
import { makeStore } from './stores.ts';

/** `CRASH_ROUNDS=50 npm run test:postgres crash` for more of it. */
const ROUNDS = Number(process.env['CRASH_ROUNDS'] ?? 3);
const WRITER = 'test/postgres/writer.ts';

const cluster = sharedCluster({ before, after });

function lines(writer: TestProcess): string[] {
  // What was cut short in the middle of a line was not said.
  return writer.stdout.split('\n').slice(0, -1);
}

/** Until so many more lines are there: each round kills in the middle of work, however slow the machine. */
async function acknowledge(writer: TestProcess, more: number): Promise<void> {
  const before = lines(writer).length;
  while (lines(writer).length < before + more && !writer.isOver) await delay(5);
  assert.ok(!writer.isOver, writer.stderr);
}

test(`two processes and their database killed at random, ${ROUNDS} times: what was acknowledged is there, and whole`, async (t: TestContext) => {
  const env = { NODE_PATH: process.env['NODE_PATH'] ?? '' };
  const store = makeStore(t, cluster(), { startsWithout: true });
  const { shelves, books } = declareLibrary(store);
  await store.open();
  await shelves.save(shelf('shelf'));
  await books.save(book('counter', 'shelf', 'en', 0));
  await books.save(book('left', 'shelf', 'de'));
  await books.save(book('right', 'shelf', 'fr'));

  let nextName = 0;
  const ended: TestProcess[] = [];
  const startWriter = async (): Promise<TestProcess> => {
    nextName += 1;
    const writer = startProcess(t, WRITER, [cluster().url, `writer${nextName}`], { env });
    await writer.output(/^ready\n/);
    return writer;
  };
  let writers = [await startWriter(), await startWriter()];
  for (let round = 0; round < ROUNDS; round += 1) {
    await Promise.all(writers.map((writer) => acknowledge(writer, 20 + Math.floor(Math.random() * 100))));
    const victim = writers[round % 3];
    if (victim === undefined) {
      await cluster().stop('SIGQUIT');
      await cluster().run();
    } else {
      victim.kill('SIGKILL');
      await victim.ended;
      ended.push(victim);
      writers = [...writers.filter((writer) => writer !== victim), await startWriter()];
    }
  }
  await Promise.all(writers.map((writer) => acknowledge(writer, 20)));
  for (const writer of writers) writer.kill('SIGKILL');
  await Promise.all(writers.map(({ ended: over }) => over));

  const said = [...ended, ...writers].flatMap(lines);
  const counted = said.filter((line) => line === 'counted').length;
  const made = said.filter((line) => line.startsWith('made ')).map((line) => line.slice('made '.length));
  const claimed = said.filter((line) => line.startsWith('claimed '));
  t.diagnostic(`${said.length} acknowledged: ${made.length} made, ${counted} counted, ${claimed.length} claimed`);
  assert.ok(made.length > 0 && counted > 0 && claimed.length > 0 && said.includes('swapped'));

  const storedShelves = new Set((await shelves.all()).map(({ id }) => id));
  const storedBooks = await books.all();
  const bookIds = new Set(storedBooks.map(({ id }) => id));
  for (const id of made) assert.ok(storedShelves.has(id) && bookIds.has(id), `lost: ${id}`);
  for (const id of storedShelves) {
    if (/^writer/.test(id)) assert.ok(bookIds.has(id), `half there: ${id}`);
  }
  assert.equal(new Set(claimed).size, claimed.length, 'two were told that a name is theirs');
  const names = (await shelves.all()).map(({ name }) => name?.toLowerCase());
  assert.equal(new Set(names).size, names.length);
  const counter = storedBooks.find(({ id }) => id === 'counter')?.endsAt ?? 0;
  // A commit whose answer was cut off counts, and was not said: one a client and kill, at most.
  assert.ok(counter >= counted && counter <= counted + 40 * (ROUNDS + 1), `${counter} of ${counted}`);
  const languages = storedBooks.filter(({ id }) => id === 'left' || id === 'right').map(({ language }) => language);
  assert.deepEqual(languages.sort(), ['de', 'fr']);
});
