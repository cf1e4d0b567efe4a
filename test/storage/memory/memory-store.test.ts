import { MemoryStore } from '../../../src/storage/memory/memory-store.ts';
import { describeStore } from '../../contracts/store.ts';

describeStore('MemoryStore', { make: () => new MemoryStore() });
