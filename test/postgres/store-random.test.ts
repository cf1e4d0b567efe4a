import { after, before } from 'node:test';
import { PlainStore } from '../contracts/plain-store.ts';
import { compareStores } from '../contracts/store-random.ts';
import { property } from '../helpers/random.ts';
import { sharedCluster } from './cluster.ts';
import { makeStore } from './stores.ts';

const cluster = sharedCluster({ before, after });
let count = 0;

property('PostgresStore gives the answers of a plain store', 8, async (random) => {
  count += 1;
  const ends: (() => Promise<void>)[] = [];
  const store = makeStore({ after: (end: () => Promise<void>) => ends.push(end) }, cluster(), { namespace: `random_${count}` });
  try {
    await compareStores(random, [store, new PlainStore()], 15, 1);
  } finally {
    for (const end of ends) await end();
  }
});
