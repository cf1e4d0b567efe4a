import { MemoryStore } from '../../src/storage/memory-store.ts';
import { describeStore } from '../store-contract.ts';

describeStore('MemoryStore', { make: () => new MemoryStore() });
