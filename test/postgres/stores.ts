import type { TestContext } from 'node:test';
import { loadDriver } from '../../src/storage/postgres/driver.ts';
import { PostgresStore } from '../../src/storage/postgres/postgres-store.ts';
import type { PostgresStoreOptions } from '../../src/storage/postgres/postgres-store.ts';
import type { Store } from '../../src/storage/store.ts';
import type { Cluster } from './cluster.ts';

/** A store on a cluster, not open yet; it ends with the test. */
export function makeStore(
  t: Pick<TestContext, 'after'>,
  cluster: Cluster,
  options: Partial<PostgresStoreOptions> = {},
): PostgresStore {
  const store = new PostgresStore({ driver: loadDriver(), url: cluster.url, ...options });
  t.after(() => store.close());
  return store;
}

/** Stores for the contract: each in a namespace of its own, so that it is empty. */
export function storeMaker(cluster: () => Cluster): {
  make(t: TestContext): Store;
  reopen(t: TestContext, store: Store): Promise<Store>;
} {
  const namespaces = new Map<Store, string>();
  let count = 0;
  const make = (t: TestContext, namespace: string): Store => {
    const store = makeStore(t, cluster(), { namespace });
    namespaces.set(store, namespace);
    return store;
  };
  return {
    make(t) {
      count += 1;
      return make(t, `test_${count}`);
    },
    async reopen(t, store) {
      await store.close();
      return make(t, namespaces.get(store) ?? '');
    },
  };
}
