import { loadDriver } from '../../src/storage/postgres/driver.ts';
import { PostgresStore } from '../../src/storage/postgres/postgres-store.ts';
import { book, BOOKS, declareLibrary, shelf, SHELVES } from '../helpers/library.ts';
import { StoreUnavailableError } from '../../src/errors.ts';

/**
 * A process that writes as 20 clients at once, until it is killed, and prints what was acknowledged, a line each:
 * `made ID` (a shelf with a book, in one transaction), `counted` (one more in the shared name's length is there),
 * `claimed NAME` (a name that only one process may have), `swapped` (two shelves exchanged what they hold).
 */
const CLIENTS = 20;
const [url = '', name = ''] = process.argv.slice(2);

const store = new PostgresStore({ driver: loadDriver(), url, startsWithout: true });
const { shelves, books } = declareLibrary(store);
await store.open();

async function acknowledged(line: string, work: () => Promise<unknown>): Promise<void> {
  try {
    if ((await work()) !== false) process.stdout.write(`${line}\n`);
  } catch (error) {
    if (!(error instanceof StoreUnavailableError) && !(error instanceof Error && error.name === 'DuplicateValueError')) throw error;
    // A database that is away answers at once.
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function client(number: number): Promise<never> {
  for (let round = 0; ; round += 1) {
    const id = `${name} ${number} ${round}`;
    switch (round % 4) {
      case 0:
        await acknowledged(`made ${id}`, () =>
          store.transaction(async (transaction) => {
            await transaction.collection(SHELVES).save(shelf(id));
            await transaction.collection(BOOKS).save(book(id, id));
          }),
        );
        break;
      case 1:
        await acknowledged('counted', () =>
          books.update('counter', (counter) => ({ ...counter, endsAt: (counter.endsAt ?? 0) + 1 })),
        );
        break;
      case 2:
        // The other process claims the same: of each, one of them may.
        await acknowledged(`claimed ${number} ${round}`, () => shelves.save(shelf(`claim of ${id}`, `Claim ${number} ${round}`)));
        break;
      default:
        await acknowledged('swapped', () =>
          store.transaction(async (transaction) => {
            const inside = transaction.collection(BOOKS);
            const [left, right] = [await inside.get('left'), await inside.get('right')];
            if (left === null || right === null) throw new Error('one of the two is gone');
            await inside.save({ ...left, language: right.language });
            await inside.save({ ...right, language: left.language });
          }),
        );
    }
  }
}

process.stdout.write('ready\n');
await Promise.all(Array.from({ length: CLIENTS }, (_, number) => client(number)));
