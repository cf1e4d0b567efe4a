import type { Criteria, Identified } from '../store.ts';
import { firstOf, LiveRepository } from './live-repository.ts';

/** A repository within a transaction: it reads what will be, once all that was written so far is durable. */
export class TransactionRepository<M extends Identified, O extends Identified> extends LiveRepository<M, O> {
  override all(): M[] {
    return [...this.collection.latest.entries()];
  }

  override page(after: string | null, limit: number): M[] | null {
    if (after !== null && this.get(after) === null) return null;
    return firstOf(this.collection.latest.entries(after), limit);
  }

  override get(id: string): M | null {
    return this.collection.latest.get(id);
  }

  override search(criteria: Criteria): M[] {
    return this.collection.search(criteria, (index, key) => this.collection.latest.modelsOf(index, key));
  }

  override count(): number {
    let count = 0;
    for (const _ of this.collection.latest.entries()) count += 1;
    return count;
  }

  protected override ownerOf(ownerId: string): O | null {
    return this.collection.owner?.latest.get(ownerId) ?? null;
  }
}
