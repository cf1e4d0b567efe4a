import type { Repository, Schema, Store } from '../../src/storage/store.ts';

/** An owner: found by its name, without regard to case. */
export interface Shelf {
  readonly id: string;
  readonly createdAt: number;
  readonly name: string | null;
}

/** What stands on a shelf, and goes with it. */
export interface Book {
  readonly id: string;
  readonly createdAt: number;
  readonly shelfId: string;
  readonly language: string;
  readonly endsAt: number | null;
}

function isObject(value: unknown): value is { readonly [field: string]: unknown } {
  return typeof value === 'object' && value !== null;
}

export const SHELVES: Schema<Shelf> = {
  collection: 'shelves',
  unique: [{ field: 'name', valueOf: (shelf) => shelf.name, fold: (name) => name.toLowerCase() }],
  indexed: [],
  encode: ({ id, createdAt, name }) => ({ id, createdAt, name }),
  decode: (record) => {
    if (!isObject(record)) return null;
    const { id, createdAt, name } = record;
    if (typeof id !== 'string' || typeof createdAt !== 'number') return null;
    return name === null || typeof name === 'string' ? { id, createdAt, name } : null;
  },
};

export const BOOKS: Schema<Book, Shelf> = {
  collection: 'books',
  unique: [],
  indexed: [
    { field: 'shelfId', valueOf: (book) => book.shelfId },
    { field: 'language', valueOf: (book) => book.language },
  ],
  belongsTo: { field: 'shelfId', owner: SHELVES },
  expiresAt: (book) => book.endsAt,
  encode: ({ id, createdAt, shelfId, language, endsAt }) => ({ id, createdAt, shelfId, language, endsAt }),
  decode: (record, shareOwnerId) => {
    if (!isObject(record)) return null;
    const { id, createdAt, shelfId, language, endsAt } = record;
    if (typeof id !== 'string' || typeof createdAt !== 'number') return null;
    if (typeof shelfId !== 'string' || typeof language !== 'string') return null;
    if (endsAt !== null && typeof endsAt !== 'number') return null;
    return { id, createdAt, shelfId: shareOwnerId(shelfId), language, endsAt };
  },
};

export interface Library {
  readonly shelves: Repository<Shelf>;
  readonly books: Repository<Book, Shelf>;
}

export function shelf(id: string, name: string | null = id, createdAt = 0): Shelf {
  return { id, name, createdAt };
}

export function book(id: string, shelfId: string, language = 'en', endsAt: number | null = null): Book {
  return { id, shelfId, language, createdAt: 0, endsAt };
}

/** Declares both collections. */
export function declareLibrary(store: Pick<Store, 'collection'>): Library {
  return { shelves: store.collection(SHELVES), books: store.collection(BOOKS) };
}

export function ids(models: readonly { readonly id: string }[]): string[] {
  return models.map(({ id }) => id);
}

/** All that a library holds, in order. */
export async function everything({ shelves, books }: Library): Promise<{ shelves: Shelf[]; books: Book[] }> {
  return { shelves: await shelves.all(), books: await books.all() };
}
