import type { Config } from '../config.ts';
import { DomainError, messageOf } from '../errors.ts';

/** Why the start failed, in one line that says what to do. */
export function startProblem(error: unknown, config: Config): string {
  if (error instanceof DomainError) return error.message;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const syscall = error instanceof Error && 'syscall' in error ? error.syscall : undefined;
  const address = error instanceof Error && 'address' in error ? error.address : undefined;
  const { socketPath } = config;
  if (syscall === 'listen' && socketPath !== null && address === socketPath) return socketProblem(socketPath, String(code));
  const at = `${config.host} port ${config.port}`;
  if (code === 'EADDRINUSE') return `${at} is in use by another program: stop that one, or choose another API_PORT`;
  if (syscall === 'listen' && code === 'EACCES') return `${at} is not open to this user: choose an API_PORT above 1023`;
  if (syscall === 'listen' || syscall === 'getaddrinfo') {
    return `cannot listen on ${at} (${String(code)}): set API_HOST to an address of this machine`;
  }
  return `cannot use DATA_DIR ${config.dataDirectory}: ${messageOf(error)}`;
}

function socketProblem(path: string, code: string): string {
  if (code === 'EADDRINUSE') return `API_SOCKET ${path} is in use by another program, or no socket: remove it, or choose another`;
  return `cannot listen on API_SOCKET ${path} (${code}): choose a path in a directory where this user may make files`;
}
