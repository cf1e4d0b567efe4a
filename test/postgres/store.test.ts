import { after, before } from 'node:test';
import { describeStore } from '../contracts/store.ts';
import { sharedCluster } from './cluster.ts';
import { storeMaker } from './stores.ts';

describeStore('PostgresStore', storeMaker(sharedCluster({ before, after })));
