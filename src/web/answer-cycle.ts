import type { IncomingMessage, ServerResponse } from 'node:http';
import { OverloadedError } from '../errors.ts';
import type { AccessLog } from '../http/access-log.ts';
import type { Awaitable } from '../http/awaitable.ts';
import { RequestAbortedError } from '../http/body.ts';
import { send } from '../http/respond.ts';
import type { Answer, PreparedHeaders } from '../http/respond.ts';
import type { HttpError } from '../http/http-error.ts';
import { httpErrorOf, unexpectedError } from './error-answer.ts';
import { isRefusal, RefusalPace } from './refusal-pace.ts';
import type { WebRequest } from './request.ts';

/** Is told of an answer that was sent, and when its request had come, by `performance.now()`. Must not throw. */
export type OnAnswered = (request: WebRequest, status: number, startedAt: number) => void;

export interface AnswerCycleOptions {
  /** Reads a request. */
  readonly requestOf: (incoming: IncomingMessage, response: ServerResponse) => WebRequest;
  /** Finds the answer; what it throws becomes one. */
  readonly answer: (request: WebRequest) => Awaitable<Answer>;
  /** Shows an error to whoever asked. */
  readonly showError: (request: WebRequest, error: HttpError) => Answer;
  /** The header fields of an answer, besides its own. */
  readonly headersOf: (request: WebRequest, status: number) => PreparedHeaders;
  /** null: no access log. */
  readonly accessLog: AccessLog | null;
  /** null: nobody measures, and nothing is timed. */
  readonly onAnswered: OnAnswered | null;
  /** Is told of a request that found the queue of hashes full. */
  readonly onOverload: (request: WebRequest) => void;
  /** Is told of an error that nobody foresaw. */
  readonly onUnexpectedError: (error: unknown, requestId: string) => void;
}

/**
 * From a request of node:http to the answer that is sent and logged, whatever is thrown on the way.
 *
 * @returns the handler of one request
 */
export function createAnswerCycle(
  options: AnswerCycleOptions,
): (incoming: IncomingMessage, response: ServerResponse) => void {
  const { requestOf, answer, showError, headersOf, accessLog, onAnswered, onOverload, onUnexpectedError } = options;
  const pace = new RefusalPace();

  /** @returns null where nobody is there to answer */
  function answerToError(request: WebRequest, error: unknown): Answer | null {
    if (error instanceof RequestAbortedError) return null;
    if (error instanceof OverloadedError) onOverload(request);
    return showError(request, httpErrorOf(error) ?? reported(request, error));
  }

  function reported({ requestId }: WebRequest, error: unknown): HttpError {
    onUnexpectedError(error, requestId);
    return unexpectedError(requestId);
  }

  /** @param result null: nobody is there to answer */
  function finish(
    incoming: IncomingMessage,
    response: ServerResponse,
    request: WebRequest,
    startedAt: number,
    result: Answer | null,
  ): void {
    if (result === null) return;
    const holdMs = isRefusal(result.status) ? pace.holdMs(request.address) : 0;
    if (holdMs === 0) respond(incoming, response, request, startedAt, result);
    else setTimeout(() => respond(incoming, response, request, startedAt, result), holdMs);
  }

  function respond(
    incoming: IncomingMessage,
    response: ServerResponse,
    request: WebRequest,
    startedAt: number,
    result: Answer,
  ): void {
    try {
      send(incoming, response, result, headersOf(request, result.status));
      const { address, method, target } = request;
      accessLog?.log(address, method, target.shown, incoming.httpVersion, result.status, request);
      onAnswered?.(request, result.status, startedAt);
    } catch (error) {
      // The answer has begun and cannot be taken back: the client must not take it for a whole one.
      onUnexpectedError(error, request.requestId);
      response.destroy();
    }
  }

  return (incoming, response) => {
    const startedAt = onAnswered === null ? 0 : performance.now();
    const request = requestOf(incoming, response);
    let result: Awaitable<Answer | null>;
    try {
      result = answer(request);
    } catch (error) {
      result = answerToError(request, error);
    }
    if (result instanceof Promise) {
      void result
        .catch((error: unknown) => answerToError(request, error))
        .then((later) => finish(incoming, response, request, startedAt, later));
    } else {
      finish(incoming, response, request, startedAt, result);
    }
  };
}
