import type { Socket } from 'node:net';
import { connectTo } from '../storage/journal/lock-socket.ts';
import { packageVersion } from '../version.ts';
import {
  ANSWER_MS,
  ControlError,
  encodeMessage,
  isProblem,
  isResult,
  MAX_ANSWER_BYTES,
  PROTOCOL,
  readMessage,
} from './control-protocol.ts';
import type { Message } from './control-protocol.ts';
import { CommandError } from './operation.ts';
import type { Operation } from './operation.ts';

/** Somebody listens who does not answer the command line: another command that has the store open, most likely. */
export class BusyError extends Error {
  override readonly name = 'BusyError';
}

/**
 * Has the server run an operation.
 *
 * @param socket connected to the server; it is ended
 * @param answerMs how long an answer may take, in milliseconds
 * @throws {CommandError} it cannot be done, or there was no answer
 * @throws {BusyError} nobody there takes requests; nothing was asked
 */
export async function ask<I, R>(
  socket: Socket,
  operation: Operation<I, R>,
  input: I,
  answerMs = ANSWER_MS,
): Promise<R> {
  const version = packageVersion();
  try {
    const greeting = await greetingOf(socket, answerMs);
    if (greeting === null) throw new BusyError('nobody takes requests');
    if (greeting.protocol !== PROTOCOL) throw new CommandError(versionsDiffer(greeting.version, version));
    socket.write(encodeMessage({ protocol: PROTOCOL, version, operation: operation.name, input }));
    const answer = await readMessage(socket, MAX_ANSWER_BYTES, answerMs);
    if (isProblem(answer)) throw new CommandError(answer.problem);
    if (isResult(answer) && operation.isResult(answer.result)) return answer.result;
    throw new CommandError(versionsDiffer(answer.version, version));
  } catch (error) {
    throw error instanceof ControlError ? new CommandError(sentenceFor(error.reason)) : error;
  } finally {
    socket.destroy();
  }
}

/** Who has a data directory; `nobody` also where that is a server of the first version, which has no socket. */
export type Holder = 'server' | 'command' | 'nobody';

/**
 * Who has a data directory. A command that has it open, and a server that does not listen yet, end a connection at once.
 *
 * @param greetingMs how long a server's greeting may take, in milliseconds
 */
export async function holderOf(directory: string, greetingMs: number): Promise<Holder> {
  let socket: Socket | null = null;
  try {
    socket = await connectTo(directory);
    return socket === null ? 'nobody' : (await greetingOf(socket, greetingMs)) === null ? 'command' : 'server';
  } catch {
    // Somebody is there who cannot be asked, or does not answer.
    return 'server';
  } finally {
    socket?.destroy();
  }
}

/** @returns null where whoever listens takes no requests */
async function greetingOf(socket: Socket, answerMs: number): Promise<Message | null> {
  socket.on('error', () => {});
  try {
    return await readMessage(socket, MAX_ANSWER_BYTES, answerMs);
  } catch (error) {
    if (error instanceof ControlError && error.reason === 'ended') return null;
    throw error;
  }
}

function versionsDiffer(server: string, client: string): string {
  return (
    `the server that runs is of version ${server}, and this command line of version ${client} does not understand it: ` +
    'use the one that the server was started from, or restart the server'
  );
}

function sentenceFor(reason: ControlError['reason']): string {
  if (reason === 'slow') return 'the server did not answer in time: look whether it hangs; it may still do what was asked';
  if (reason === 'ended') return 'the server ended before its answer was whole: look whether it was done, and try again';
  return 'the server answered what is no answer: look which program has DATA_DIR';
}
