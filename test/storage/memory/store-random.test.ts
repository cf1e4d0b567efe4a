import { MemoryStore } from '../../../src/storage/memory/memory-store.ts';
import { PlainStore } from '../../contracts/plain-store.ts';
import { compareStores } from '../../contracts/store-random.ts';
import { property } from '../../helpers/random.ts';

property('MemoryStore gives the answers of a plain store', 60, async (random) => {
  await compareStores(random, [new MemoryStore(), new PlainStore()], 20);
});
