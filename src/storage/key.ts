import type { Index } from './store.ts';

/** In UTF-16 units: at most 2,400 bytes, which the B-tree indexes of databases take. */
const MAX_KEY_LENGTH = 800;

/**
 * Whether a text can be an id or an indexed value in every store: well-formed Unicode, without NUL, not too long.
 * Whatever else is asked for is not found; what a store does when it is told to save such a model is its own matter.
 */
export function isKey(text: string): boolean {
  return text.length <= MAX_KEY_LENGTH && !text.includes('\0') && text.isWellFormed();
}

/** The value under which an index finds a model; null where the model has none. */
export function indexKey<M>(index: Index<M>, model: M): string | null {
  const value = index.valueOf(model);
  return value === null || index.fold === undefined ? value : index.fold(value);
}
