type HeaderList = readonly (readonly [string, string])[];

/** Fields beyond the safelisted ones that a page of another origin may read. Fetch standard section 3.2.3 */
const EXPOSED = ['Access-Control-Expose-Headers', 'Location, Retry-After, X-Request-Id'] as const;
const ALLOWED_HEADERS = ['Access-Control-Allow-Headers', 'Authorization, Content-Type'] as const;
const PREFLIGHT_MAX_AGE_SECONDS = 600;

// The answer depends on Origin wherever a list is matched, also when the match failed: without this, a
// cache would give one origin's answer to another. Fetch standard, "CORS protocol and HTTP caches"
const VARY = ['Vary', 'Origin'] as const;

// serialized-origin = scheme "://" host [ ":" port ], in lower case      RFC 6454 section 6.2
// "null" is not taken: every sandboxed frame and local file has it.
const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^/?#@\s,A-Z]+$/;

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
   * Source: Fetch standard, CORS-preflight fetch.
   */
  preflightHeaders(origin: string | undefined, allowedMethods: readonly string[]): HeaderList {
    const headers = this.responseHeaders(origin);
    if (!this.#anyOrigin && headers === this.#others) return headers;
    return [
      ...headers,
      ['Access-Control-Allow-Methods', allowedMethods.join(', ')],
      ALLOWED_HEADERS,
      ['Access-Control-Max-Age', String(PREFLIGHT_MAX_AGE_SECONDS)],
    ];
  }
}

function credentialed(origin: string): HeaderList {
  return [
    ['Access-Control-Allow-Origin', origin],
    ['Access-Control-Allow-Credentials', 'true'],
    EXPOSED,
    VARY,
  ];
}
