/**
 * What a table keeps of a model. An entry is a link of three lists at once: of all entries, of those of its owner, and
 * of those that end at about the same time. Links cost 16 bytes a list where a `Set` would cost 30 to 40.
 */
export interface Entry<M> {
  /** Null once it is removed. */
  model: M | null;
  /** In the order in which the ids were first saved. */
  previous: Entry<M> | null;
  next: Entry<M> | null;
  /** Null: it belongs to nobody. */
  group: OwnedGroup<M> | null;
  groupPrevious: Entry<M> | null;
  groupNext: Entry<M> | null;
  /** Null: it does not end. */
  bucket: EndBucket<M> | null;
  bucketPrevious: Entry<M> | null;
  bucketNext: Entry<M> | null;
}

/** The entries of one owner. */
export interface OwnedGroup<M> {
  readonly ownerId: string;
  first: Entry<M> | null;
  size: number;
  /** All of them are gone for every reader; their memory is freed by and by. */
  isRemoved: boolean;
}

/** The entries whose end was in one span of time when it was last looked at. */
export interface EndBucket<M> {
  /** Of the span: time divided by its length. */
  readonly span: number;
  first: Entry<M> | null;
}

export function newEntry<M>(model: M): Entry<M> {
  return {
    model,
    previous: null,
    next: null,
    group: null,
    groupPrevious: null,
    groupNext: null,
    bucket: null,
    bucketPrevious: null,
    bucketNext: null,
  };
}

/** Whether readers may see the entry's model. */
export function isLive<M>(entry: Entry<M>): boolean {
  return entry.model !== null && entry.group?.isRemoved !== true;
}
