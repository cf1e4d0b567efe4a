import { LATIN1, Random } from '../helpers/random.ts';
import { basic, FORM_TYPE, HOST, inChunks, JSON_TYPE, request, STATUS, withBody } from '../helpers/requests.ts';

/** What requests are made of that could be let in; all of it but the user's may be learnt from answers. */
export interface KnownThings {
  readonly email: string;
  readonly password: string;
  readonly userId: string;
  /** `name=value` of sessions that were live. */
  readonly cookies: readonly string[];
  /** Users that nobody will miss. */
  readonly userIds: readonly string[];
}

/** A request and how its answer is to be read. */
export interface RandomRequest {
  readonly bytes: string;
  /** The answer to HEAD has a length and no body. */
  readonly bodiless: boolean;
  /** It must be answered 200. */
  readonly isProbe: boolean;
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE', 'PROPFIND', 'SEARCH', 'LINK'];

const ROUTES: readonly (readonly [method: string, path: string])[] = [
  ['GET', '/status'],
  ['GET', '/stats'],
  ['GET', '/unauthorized'],
  ['GET', '/forbidden'],
  ['GET', '/users'],
  ['POST', '/users'],
  ['GET', '/users/me'],
  ['GET', '/users/:id'],
  ['PUT', '/users/:id'],
  ['DELETE', '/users/:id'],
  ['POST', '/auth_session/login'],
  ['DELETE', '/auth_session/logout'],
];

const PATH_PIECES = [
  '%', '%zz', '%00', '%2e%2e', '%c0%af', '%ed%a0%80', '/', '//', '..', '__proto__', ';a=b', '*', '#', '?',
];
const FIELD_NAMES = [
  'Origin', 'Sec-Fetch-Site', 'Content-Encoding', 'X-Forwarded-For', 'X-Forwarded-Proto', 'Accept', 'Cookie',
  'Host', 'Authorization', 'Content-Type', 'Connection', 'Upgrade', '__proto__', 'constructor', 'TE',
  'Trailer', 'Range', 'X',
];
const VALUE_PIECES = [
  'cross-site', 'same-origin', 'null', 'http://a', 'https://b:1', 'gzip', 'identity', 'https', 'keep-alive',
  'close', 'trailers', '_my_session_id', '=', ';', ',', ' ', '"', '\\', 'Basic', 'Bearer', 'YTpi', 'a', '\xe9',
  '\x7f', '\t', '__proto__', '%0d%0a',
];
const CONTENT_TYPES = [
  FORM_TYPE, JSON_TYPE, 'Content-Type: multipart/form-data; boundary=b\r\n', 'Content-Type: text/plain\r\n',
  '', 'Content-Type: application/json; charset=utf-16\r\n', 'Content-Type: application/problem+json\r\n',
  'Content-Type: ;"\r\n',
];
const JSON_PIECES = [
  '{', '}', '[', ']', ':', ',', '"email"', '"password"', '"first_name"', '"__proto__"', 'null', '1e999',
  '"a@b.c"', '"\\ud800"', '"\\u0000"', 'true', ' ', '\xef\xbb\xbf', '"', '\\', '\xff',
];
const FORM_PIECES = [
  'email', 'password', '=', '&', '%', '%zz', '%00', '+', '[', ']', '__proto__', ';', '\xc0\xaf', '\0', '\r\n',
  'a@b.c',
];
const PART_PIECES = [
  '--b', '--', '\r\n', 'Content-Disposition: form-data; name="email"', '\r\n\r\n', '"; filename="f"', 'a',
  '\0',
];
const WIRE_PIECES = [
  '\r\n', '\n', '\r', '\0', ' ', ':', '0\r\n\r\n', 'GET ', ' HTTP/1.1', ' HTTP/1.0', 'Content-Length: 5\r\n',
  'Content-Length: 0\r\n', 'Transfer-Encoding: chunked\r\n', 'Expect: 100-continue\r\n', 'Expect: x\r\n',
  'Host: b\r\n', 'Connection: close\r\n', '\xff', 'ffff\r\n',
];

/** Requests that the random values alone decide: sound ones with anything in them, and broken ones. */
export class RequestMaker {
  readonly #random: Random;
  readonly #known: KnownThings;

  constructor(random: Random, known: KnownThings) {
    this.#random = random;
    this.#known = known;
  }

  /** A request whose end can be told: it has an answer of its own, whatever it asks for. */
  framed(): RandomRequest {
    if (this.#oneIn(12)) return { bytes: STATUS, bodiless: false, isProbe: true };
    const [usual, path] = this.#random.pick(ROUTES);
    const method = this.#oneIn(8) ? this.#random.pick(METHODS) : usual;
    const line = `${method} ${this.#target(path, method)}`;
    const fields = this.#credentials() + this.#fields();
    const body = usual === 'POST' || usual === 'PUT' || this.#oneIn(10) ? this.#body(path) : null;
    const bytes = body === null ? request(line, fields) : this.#framing(line, fields + body.type, body.text);
    return { bytes, bodiless: method === 'HEAD', isProbe: false };
  }

  /** Bytes that may be anything; a connection cannot go on after them. */
  broken(): string {
    if (this.#oneIn(5)) return this.#random.text(LATIN1, 300);
    if (this.#oneIn(5)) return `GET /${this.#random.text([...WIRE_PIECES, ...PATH_PIECES], 30)}`;
    let bytes = this.framed().bytes + (this.#oneIn(3) ? this.framed().bytes : '');
    for (let changes = 1 + this.#random.below(4); changes > 0; changes -= 1) bytes = this.#changed(bytes);
    return bytes;
  }

  #oneIn(count: number): boolean {
    return this.#random.below(count) === 0;
  }

  #target(path: string, method: string): string {
    const { userId, userIds } = this.#known;
    // The one user that the rest depends on is not for deletion.
    const ids = ['me', 'x', '__proto__', 'constructor', ...(method === 'DELETE' ? userIds : [userId, ...userIds])];
    const whole = `/api/v1${path.replace(':id', this.#random.pick(ids))}`;
    if (!this.#oneIn(6)) return whole;
    const at = this.#random.below(whole.length + 1);
    const odd = whole.slice(0, at) + this.#random.text(PATH_PIECES, 3) + whole.slice(at);
    return this.#oneIn(4) ? `http://b.example${odd}` : odd;
  }

  #credentials(): string {
    const { cookies, email, password } = this.#known;
    const live = cookies.at(-1) ?? 'a=b';
    switch (this.#random.below(9)) {
      case 0: return '';
      case 1: return `Cookie: ${this.#random.text(VALUE_PIECES, 8)}; ${this.#random.pick([live, ...cookies])}\r\n`;
      case 2: return basic(`${email}:${this.#random.pick([password, password, 'wrong', ''])}`);
      case 3: return basic(this.#random.text(LATIN1, 30));
      case 4: return `Cookie: ${live}\r\n`;
      // Whatever the server asks for.
      default: return `Cookie: ${live}\r\n${basic(`${email}:${password}`)}`;
    }
  }

  #fields(): string {
    // One address comes back often enough to meet the throttle.
    const address = this.#oneIn(4) ? '10.0.0.1' : `10.${this.#random.below(250)}.${this.#random.below(250)}.1`;
    let fields = `X-Forwarded-For: ${address}\r\n`;
    if (this.#oneIn(12)) fields += 'Content-Encoding: gzip\r\n';
    while (this.#oneIn(4)) fields += `${this.#random.pick(FIELD_NAMES)}: ${this.#random.text(VALUE_PIECES, 6)}\r\n`;
    return fields;
  }

  #body(path: string): { readonly type: string; readonly text: string } {
    const { email, password } = this.#known;
    const type = this.#random.pick(CONTENT_TYPES);
    const read = path === '/auth_session/login' ? FORM_TYPE : JSON_TYPE;
    if (this.#oneIn(10)) return { type: read, text: 'x'.repeat(60_000 + this.#random.below(60_000)) };
    switch (this.#random.below(7)) {
      case 0: return { type, text: this.#random.text(LATIN1, 200) };
      case 1: return { type: JSON_TYPE, text: this.#random.text(JSON_PIECES, 20) };
      case 2: return { type: FORM_TYPE, text: this.#random.text(FORM_PIECES, 20) };
      case 3: return { type: CONTENT_TYPES[2] ?? '', text: this.#random.text(PART_PIECES, 20) };
      default:
    }
    if (path === '/auth_session/login') {
      const given = { email, password: this.#random.pick([password, password, 'wrong']) };
      return { type: FORM_TYPE, text: new URLSearchParams(given).toString() };
    }
    const name = this.#random.pick(['A', null, '\u00e9']);
    const user = { email: `${this.#random.below(100)}@x.y`, password: 'o-k 4 now', first_name: name };
    return { type: JSON_TYPE, text: Buffer.from(JSON.stringify(user)).toString('latin1') };
  }

  #framing(line: string, fields: string, body: string): string {
    if (this.#oneIn(3)) return inChunks(line, fields, body, 1 + this.#random.below(5_000) * 10);
    // With its body sent at once, this is answered with or without a 100 before.
    return withBody(line, this.#oneIn(15) ? `${fields}Expect: 100-continue\r\n` : fields, body);
  }

  #changed(bytes: string): string {
    const at = this.#random.below(bytes.length + 1);
    const [before, after] = [bytes.slice(0, at), bytes.slice(at)];
    switch (this.#random.below(7)) {
      case 0: return before + this.#random.pick(LATIN1) + after.slice(1);
      case 1: return before + after.slice(1 + this.#random.below(20));
      case 2: return before;
      case 3: return before + after.slice(0, 30) + after;
      case 4: return bytes.replace(HOST, this.#random.pick(['', 'Host: a\n', 'Host : a\r\n', 'host:\r\n']));
      case 5: return bytes.replace('\r\n', `\r\n${this.#random.pick(WIRE_PIECES)}`);
      default: return before + this.#random.pick(WIRE_PIECES) + after;
    }
  }
}
