import type { HeaderList } from '../http/respond.ts';
import type { User } from '../models/user.ts';

const CONTROL = /\p{Cc}/gu;

/**
 * Who is asking, for the application behind the proxy. Every one of them, empty where there is nothing: one that is
 * missing would let the client's own through.
 */
export function identityHeaders(user: User): HeaderList {
  return [
    ['Remote-User', fieldValue(user.email)],
    ['Remote-Email', fieldValue(user.email)],
    ['Remote-Name', fieldValue(user.fullName())],
    ['Remote-Groups', user.groups.join(',')],
    ['Remote-Id', fieldValue(user.id)],
  ];
}

/** UTF-8 bytes, each as the character that node:http writes as that byte (RFC 9110 section 5.5). */
function fieldValue(text: string): string {
  return Buffer.from(text.replace(CONTROL, '')).toString('latin1');
}
