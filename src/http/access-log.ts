import { printable } from './printable.ts';

/** How the access log looks; `off` is none. */
export type LogFormat = 'common' | 'json' | 'off';

/** A request, of which an id is made when it is first asked for. */
export interface HasRequestId {
  readonly requestId: string;
}

export interface AccessLog {
  /**
   * How the log shows a request target: without secrets, escaped, not too long. A step of its own, since many requests
   * have the same target: 13.0 µs of CPU for an authenticated GET became 12.7 (`npm run bench -- compare`).
   *
   * @param target as it came
   */
  shown(target: string): string;
  /**
   * Writes one line for one request that was answered.
   *
   * @param address the client's address
   * @param method as it came
   * @param target as `shown` gives it
   * @param httpVersion `1.1` or `1.0`
   * @param status of the answer
   * @param request its id, which only a JSON line has and asks for; absent where nothing could be read as a request
   */
  log(address: string, method: string, target: string, httpVersion: string, status: number, request?: HasRequestId): void;
}

/** Longer values are cut, so that no client decides how long a line is. In characters. */
const MAX_VALUE_LENGTH = 2_048;

// Anything but printable ASCII without `"` and `\`: what could end a line or a quoted field, or reach a terminal as a
// control sequence.
const UNSAFE = /[^\x20\x21\x23-\x5b\x5d-\x7e]/;
const EVERY_UNSAFE = /[^\x20\x21\x23-\x5b\x5d-\x7e]/g;
// absolute-form: scheme "://" [ userinfo "@" ] (RFC 9112 section 3.2.2, RFC 3986 section 3.2.1).
const USERINFO = /^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i;
const SECRET_PARAMETER = /([?&](?:password|current_password|new_password|token)=)[^&#]*/gi;
// The token of a link for one use, and the same where it is not masked yet.
// Most targets hold none: to look costs a tenth of a replacement that finds nothing.
const HAS_RESET_TOKEN = /\/password[-_]reset\//i;
const RESET_TOKEN = /(\/password[-_]reset\/)[^/?#]+/gi;
const HIDDEN_TOKEN = /password[-_]reset\/(?!\*\*\*)/i;
const ENCODED_BYTE = /%([\da-f]{2})/gi;
const MOST_DECODINGS = 3;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * The access log: one line a request, in UTC, as werkzeug prints it or as a JSON object.
 *
 * The query string stays, as in the tutorial: no route takes a secret from there (OWASP ASVS 5.0, 14.2.1), and an
 * operator needs it to see what was asked. Masked all the same (16.2.5): a form that was sent in the query, credentials
 * before the host of an absolute-form target, and the token of a link for one use. A target that holds one in another
 * spelling is `/***`.
 *
 * @param format which of the two; `off` for none
 * @param write takes one line, with its line end
 * @param clock milliseconds since 1970
 * @returns the log, or null when it is off
 * @example 127.0.0.1 - - [20/May/2024 21:50:42] "GET /api/v1/status HTTP/1.1" 200 -
 */
export function createAccessLog(
  format: LogFormat,
  write: (line: string) => void,
  clock: () => number = Date.now,
): AccessLog | null {
  if (format === 'off') return null;
  const formatTime = format === 'common' ? commonTime : jsonTime;
  const formatLine = format === 'common' ? commonLine : jsonLine;
  const escapeTarget = format === 'common' ? escape : escapeJson;
  let second = Number.NaN;
  let time = '';
  return {
    shown: (target) => safe(withoutSecrets(target), escapeTarget),
    log: (address, method, target, httpVersion, status, request) => {
      const now = Math.floor(clock() / 1000);
      if (now !== second) {
        second = now;
        time = formatTime(new Date(now * 1000));
      }
      write(formatLine(time, { address, method, target, httpVersion, status }, request));
    },
  };
}

/** What one line tells: the target as it is shown, the others as they came. */
interface Entry {
  readonly address: string;
  readonly method: string;
  readonly target: string;
  readonly httpVersion: string;
  readonly status: number;
}

function commonLine(time: string, { address, method, target, httpVersion, status }: Entry): string {
  const request = `${safe(method, escape)} ${target} HTTP/${httpVersion}`;
  return `${safe(address, escape)} - - [${time}] "${request}" ${status} -\n`;
}

// Written out: JSON.stringify() of an object costs three times as much, and this is a line for each request.
function jsonLine(time: string, { address, method, target, httpVersion, status }: Entry, request?: HasRequestId): string {
  const id = request === undefined ? '' : `,"request_id":"${safe(request.requestId, escapeJson)}"`;
  return (
    `{"time":"${time}","address":"${safe(address, escapeJson)}","method":"${safe(method, escapeJson)}",` +
    `"target":"${target}","http":"${httpVersion}","status":${status}${id}}\n`
  );
}

/** The value as it is where it needs neither escapes nor a cut, as most do: one look instead of a replacement. */
function safe(value: string, escapeValue: (value: string) => string): string {
  return value.length > MAX_VALUE_LENGTH || UNSAFE.test(value) ? escapeValue(value) : value;
}

function commonTime(date: Date): string {
  const iso = date.toISOString();
  return `${iso.slice(8, 10)}/${MONTHS[date.getUTCMonth()] ?? ''}/${iso.slice(0, 4)} ${iso.slice(11, 19)}`;
}

function jsonTime(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

function withoutSecrets(target: string): string {
  const origin = target.startsWith('/') ? target : target.replace(USERINFO, '$1***@');
  const path = HAS_RESET_TOKEN.test(origin) ? origin.replace(RESET_TOKEN, '$1***') : origin;
  const masked = path.includes('?') ? path.replace(SECRET_PARAMETER, '$1***') : path;
  // The same in another spelling, or inside a parameter: rare enough to leave the whole target out.
  return masked.includes('%') && HIDDEN_TOKEN.test(decoded(masked)) ? '/***' : masked;
}

/** The text without percent-encodings, and without those that this brings to light: byte by byte, whatever they come to. */
function decoded(text: string): string {
  let result = text;
  for (let count = 0; count < MOST_DECODINGS; count++) result = result.replace(ENCODED_BYTE, decodedByte);
  return result;
}

function decodedByte(_: string, hex: string): string {
  return String.fromCharCode(Number.parseInt(hex, 16));
}

function cut(value: string): string {
  return value.length > MAX_VALUE_LENGTH ? `${value.slice(0, MAX_VALUE_LENGTH)}...` : value;
}

function escape(value: string): string {
  return cut(value).replace(EVERY_UNSAFE, escapeCharacter);
}

function escapeCharacter(character: string): string {
  const code = character.charCodeAt(0);
  if (code === 0x22 || code === 0x5c) return `\\${character}`;
  return code <= 0xff ? `\\x${code.toString(16).padStart(2, '0')}` : printable(character);
}

function escapeJson(value: string): string {
  return printable(JSON.stringify(cut(value)).slice(1, -1));
}
