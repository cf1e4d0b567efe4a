import { randomUUID } from 'node:crypto';

/** What a model is made with where it is not new. */
export interface BaseFields {
  readonly id?: string;
  /** Milliseconds since the epoch. */
  readonly createdAt?: number;
  /** Milliseconds since the epoch. */
  readonly updatedAt?: number;
}

/**
 * Base of all models (the tutorial's `models/base.py`). Models are immutable: what a reader was given never
 * changes under its hands, and memory never runs ahead of the disk.
 */
export abstract class Base {
  /** A version 4 UUID, unless the model says otherwise. */
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;

  constructor(fields: BaseFields = {}) {
    this.id = fields.id ?? randomUUID();
    this.createdAt = fields.createdAt ?? Date.now();
  }

  /** What the API shows of the model: never a secret. */
  abstract toJson(): { readonly [field: string]: string | null };
}

/** A time as the tutorial prints it, in UTC: `2017-09-25 01:55:17`. */
export function formatTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 19).replace('T', ' ');
}

/** A time as the journal holds it (ISO 8601, UTC). */
export function encodeTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** @returns milliseconds since the epoch, or null where the value is no such time */
export function decodeTime(value: unknown): number | null {
  const milliseconds = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(milliseconds) ? null : milliseconds;
}

/** Whether a record has no other members than these: what this version does not know it must not lose. */
export function hasOnly(record: object, members: readonly string[]): boolean {
  return Object.keys(record).every((name) => members.includes(name));
}
