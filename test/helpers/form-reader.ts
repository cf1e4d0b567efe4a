import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { discardBody } from '../../src/http/body.ts';
import { readForm } from '../../src/http/form.ts';
import { HttpError } from '../../src/http/http-error.ts';
import { serve } from './plain-server.ts';
import { dial, type RawConnection } from './raw-connection.ts';

export const FORM_LIMITS = { maxBytes: 4_096, maxFields: 4 };

/** The fields in order, or the status of the refusal. */
export type Outcome = readonly (readonly [string, string])[] | number;

/** Reads one form after another on one connection, as a server with these limits would. */
export async function formReader(t: TestContext): Promise<(type: string, body: Buffer) => Promise<Outcome>> {
  let outcome: Outcome = [];
  let count = 0;
  const port = await serve(t, (request, response) => {
    const end = (result: Outcome): void => {
      outcome = result;
      response.end(`<${request.url}>`);
      discardBody(request, 1_000_000);
    };
    readForm(request, response, FORM_LIMITS).then(
      (form) => end([...form]),
      (error: unknown) => {
        assert.ok(error instanceof HttpError, String(error));
        end(error.status);
      },
    );
  });
  const connection: RawConnection = await dial(port);
  connection.socket.setMaxListeners(0);
  return async (type, body) => {
    count += 1;
    const contentType = type === '' ? '' : `Content-Type: ${type}\r\n`;
    const head = `POST /${count} HTTP/1.1\r\nHost: a\r\n${contentType}Content-Length: ${body.length}\r\n\r\n`;
    connection.socket.write(Buffer.concat([Buffer.from(head, 'latin1'), body]));
    await connection.until(`</${count}>`);
    return outcome;
  };
}
