import { isToken, trimOws } from './field-value.ts';
import type { HeaderList } from './field-value.ts';

/** Fields beyond the safelisted ones that a page of another origin may read. Fetch standard section 3.2.3 */
const EXPOSED = ['Access-Control-Expose-Headers', 'Location, Retry-After, X-Request-Id'] as const;
const ALLOWED_HEADERS = 'Authorization, Content-Type';
const PREFLIGHT_MAX_AGE_SECONDS = 600;

/** So much of `Access-Control-Request-Headers` is echoed; browsers name a dozen fields at most. In characters. */
const MAX_REQUEST_HEADERS_LENGTH = 1_024;

// The answer depends on Origin wherever a list is matched, also when the match failed: without this, a
// cache would give one origin's answer to another. Fetch standard, "CORS protocol and HTTP caches"
const VARY = ['Vary', 'Origin'] as const;

// serialized-origin = scheme "://" host [ ":" port ]                      RFC 6454 section 6.2
// In lower case, but for schemes of applications (tauri, capacitor, safari-web-extension), whose hosts browsers
// leave as they are. "null" is not taken: every sandboxed frame and local file has it.
const ORIGIN = /^(?:https?:\/\/[^/?#@\s,*A-Z]+|(?!https?:|file:)[a-z][a-z0-9+.-]*:\/\/[^/?#@\s,*]+)$/;

/** Which other origins may read our answers, and with the user's credentials. */
export class CorsPolicy {
  readonly #anyOrigin: boolean;
  readonly #listed: ReadonlyMap<string, HeaderList>;
  readonly #others: HeaderList;

  /**
   * @param origins `*`: everybody, without credentials; or exact origins, each with credentials
   * @throws {TypeError} where one of them is no origin
   */
  constructor(origins: '*' | readonly string[]) {
    this.#anyOrigin = origins === '*';
    const list = origins === '*' ? [] : origins;
    for (const origin of list) {
      if (!ORIGIN.test(origin)) throw new TypeError(`origins: ${JSON.stringify(origin)} is not an origin`);
    }
    this.#listed = new Map(list.map((origin) => [origin, credentialed(origin)]));
    // Never credentials with "*": any site would read what the user alone may. Browsers refuse the pair too.
    this.#others = this.#anyOrigin ? [['Access-Control-Allow-Origin', '*'], EXPOSED] : [VARY];
  }

  /** Whether the origin is listed by name. Never for `*`: that grants reading, not acting as the user. */
  allows(origin: string): boolean {
    return this.#listed.has(origin);
  }

  /**
   * The fields of every answer.
   *
   * @param origin the request's `Origin`
   * Source: Fetch standard, CORS protocol.
   */
  responseHeaders(origin: string | undefined): HeaderList {
    return (origin === undefined ? undefined : this.#listed.get(origin)) ?? this.#others;
  }

  /**
   * The fields of an answer to OPTIONS.
   *
   * @param origin the request's `Origin`
   * @param allowedMethods of the path asked for
   * @param requestHeaders the request's `Access-Control-Request-Headers`: a listed origin may send what it likes
   *   (`traceparent`, `X-Requested-With`), the others what this API reads
   * Source: Fetch standard, CORS-preflight fetch.
   */
  preflightHeaders(
    origin: string | undefined,
    allowedMethods: readonly string[],
    requestHeaders?: string,
  ): HeaderList {
    const headers = this.responseHeaders(origin);
    if (!this.#anyOrigin && headers === this.#others) return headers;
    return [
      ...headers,
      ['Access-Control-Allow-Methods', allowedMethods.join(', ')],
      ['Access-Control-Allow-Headers', this.#anyOrigin ? ALLOWED_HEADERS : allowedHeaders(requestHeaders)],
      ['Access-Control-Max-Age', String(PREFLIGHT_MAX_AGE_SECONDS)],
    ];
  }
}

/** What was asked for where that is a list of field names; else what this API reads. */
function allowedHeaders(requested = ''): string {
  if (requested.length > MAX_REQUEST_HEADERS_LENGTH) return ALLOWED_HEADERS;
  const names = requested.split(',').map((name) => trimOws(name));
  return names.every(isToken) ? names.join(', ') : ALLOWED_HEADERS;
}

function credentialed(origin: string): HeaderList {
  return [
    ['Access-Control-Allow-Origin', origin],
    ['Access-Control-Allow-Credentials', 'true'],
    EXPOSED,
    VARY,
  ];
}
