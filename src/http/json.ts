import { Content } from './content.ts';

/**
 * JSON as the tutorial's server prints it: two-space indent, one newline at the end. Keys keep their order, so
 * callers give them sorted.
 */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** JSON that is sent many times: its text and its length are computed once. */
export class JsonContent extends Content {
  /** @param value see `jsonText` */
  constructor(value: unknown) {
    super(jsonText(value), 'application/json');
  }
}
