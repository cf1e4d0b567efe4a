import { MemoryStore } from '../../../src/storage/memory/memory-store.ts';
import { PlainStore } from '../../contracts/plain-store.ts';
import { describeStoreInProcess } from '../../contracts/store-in-process.ts';
import { describeStore } from '../../contracts/store.ts';

describeStore('MemoryStore', { make: () => new MemoryStore() });
describeStoreInProcess('MemoryStore', { make: () => new MemoryStore() });

// The proof that the contract asks for nothing that only memory and journal have.
describeStore('PlainStore', { make: () => new PlainStore() });
