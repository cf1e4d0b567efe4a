export interface Route<H> {
  /** In upper case. GET serves HEAD too. */
  readonly method: string;
  /** `/users/:id`: a segment that begins with `:` matches any one segment but an empty one. */
  readonly path: string;
  readonly handler: H;
}

export type Parameters = ReadonlyMap<string, string>;

export type Match<H> =
  | { readonly kind: 'found'; readonly handler: H; readonly parameters: Parameters }
  | { readonly kind: 'method-not-allowed'; readonly allow: string }
  | { readonly kind: 'not-found' };

/** All routes of one path. */
interface Resource<H> {
  readonly path: string;
  readonly segments: readonly string[];
  /** What a path that matches begins with: all before the first parameter. */
  readonly prefix: string;
  /** The segments from the first parameter on: a parameter's name, or a literal. */
  readonly rest: readonly ({ readonly parameter: string } | { readonly parameter: null; readonly literal: string })[];
  /** By method, ready to be returned where the path has no parameters. */
  readonly found: Map<string, Match<H> & { kind: 'found' }>;
  methods: readonly string[];
  notAllowed: Match<H>;
}

// A route's path: "/", or segments that need no percent-encoding, each a literal or ":" and a name.
const ROUTE_PATH = /^\/$|^(?:\/(?::[A-Za-z]\w*|[\w.~-]+))+$/;

const NOT_FOUND = { kind: 'not-found' } as const;
const NO_METHODS: readonly string[] = [];
const NO_PARAMETERS: Parameters = new Map();

/**
 * Finds the handler of a method and path. The path is matched first, then the method; where a literal and
 * a parameter both match a segment, the leftmost literal wins.
 */
export class Router<H> {
  readonly #literal = new Map<string, Resource<H>>();
  readonly #withParameters: Resource<H>[] = [];
  /** Those of any path. */
  readonly allMethods: readonly string[];

  /** @throws {TypeError} where a route is malformed or there twice */
  constructor(routes: readonly Route<H>[]) {
    for (const route of routes) this.#add(route);
    this.allMethods = allowed(routes.map(({ method }) => method));
    for (const resource of [...this.#literal.values(), ...this.#withParameters]) {
      resource.methods = allowed([...resource.found.keys()]);
      resource.notAllowed = { kind: 'method-not-allowed', allow: resource.methods.join(', ') };
    }
    // ":" sorts below letters: an explicit order, so that literals come before parameters at each segment.
    this.#withParameters.sort((a, b) => (precedence(a) < precedence(b) ? -1 : 1));
  }

  /**
   * @param method as in the request line
   * @param path as `requestPath` returns it
   */
  match(method: string, path: string): Match<H> {
    const literal = this.#literal.get(path);
    if (literal !== undefined) return routeOf(literal, method) ?? literal.notAllowed;
    for (const resource of this.#withParameters) {
      const parameters = parametersOf(resource, path);
      if (parameters === null) continue;
      const found = routeOf(resource, method);
      return found === undefined ? resource.notAllowed : { kind: 'found', handler: found.handler, parameters };
    }
    return NOT_FOUND;
  }

  /**
   * The methods that a path answers, in alphabetical order.
   *
   * @returns OPTIONS among them, and HEAD wherever GET is; empty where no route has the path
   * Source: `Allow`, RFC 9110 sections 9.3.7 and 10.2.1.
   */
  allowedMethods(path: string): readonly string[] {
    const literal = this.#literal.get(path);
    if (literal !== undefined) return literal.methods;
    const resource = this.#withParameters.find((candidate) => parametersOf(candidate, path) !== null);
    return resource === undefined ? NO_METHODS : resource.methods;
  }

  #add({ method, path, handler }: Route<H>): void {
    if (!/^[A-Z]+$/.test(method)) throw new TypeError(`route ${method} ${path}: method must be upper-case letters`);
    if (!ROUTE_PATH.test(path)) throw new TypeError(`route ${method} ${path}: malformed path`);
    const segments = path.slice(1).split('/');
    const names = segments.filter(isParameter);
    if (new Set(names).size < names.length) throw new TypeError(`route ${method} ${path}: a name is there twice`);
    const resource = this.#resource(path, segments, names.length > 0);
    // "/users/:id" beside "/users/:name" would hide it.
    if (resource.path !== path) throw new TypeError(`route ${method} ${path}: the same as ${resource.path}`);
    if (resource.found.has(method)) throw new TypeError(`route ${method} ${path}: there twice`);
    resource.found.set(method, { kind: 'found', handler, parameters: NO_PARAMETERS });
  }

  #resource(path: string, segments: readonly string[], parametrised: boolean): Resource<H> {
    const literals = parametrised ? segments.slice(0, segments.findIndex(isParameter)) : segments;
    const created = {
      path,
      segments,
      prefix: `/${literals.map((literal) => `${literal}/`).join('')}`,
      rest: segments
        .slice(literals.length)
        .map((segment) =>
          isParameter(segment) ? { parameter: segment.slice(1) } : { parameter: null, literal: segment },
        ),
      found: new Map(),
      methods: NO_METHODS,
      notAllowed: NOT_FOUND,
    };
    if (parametrised) {
      const same = this.#withParameters.find((other) => precedence(other) === precedence(created));
      if (same !== undefined) return same;
      this.#withParameters.push(created);
      return created;
    }
    const same = this.#literal.get(path);
    if (same !== undefined) return same;
    this.#literal.set(path, created);
    return created;
  }
}

function isParameter(segment: string): boolean {
  return segment.startsWith(':');
}

/** The same for paths that match the same requests; sorts a literal segment before a parameter ("=" < "~"). */
function precedence({ segments }: { readonly segments: readonly string[] }): string {
  return segments.map((segment) => (isParameter(segment) ? '~' : `=${segment}`)).join('/');
}

function allowed(methods: readonly string[]): readonly string[] {
  const all = new Set([...methods, 'OPTIONS']);
  if (all.has('GET')) all.add('HEAD');
  return [...all].sort();
}

function routeOf<H>({ found }: Resource<H>, method: string): (Match<H> & { kind: 'found' }) | undefined {
  // RFC 9110 section 9.3.2: HEAD is GET without the content.
  return found.get(method) ?? (method === 'HEAD' ? found.get('GET') : undefined);
}

/** @returns the parameters' values, or null where the path does not match. */
function parametersOf({ prefix, rest }: Resource<unknown>, path: string): Parameters | null {
  if (!path.startsWith(prefix)) return null;
  const values = new Map<string, string>();
  let start = prefix.length;
  for (let index = 0; index < rest.length; index += 1) {
    const part = rest[index];
    if (part === undefined) return null;
    const slash = path.indexOf('/', start);
    const end = slash === -1 ? path.length : slash;
    if ((slash === -1) !== (index === rest.length - 1)) return null;
    if (part.parameter === null) {
      if (end - start !== part.literal.length || !path.startsWith(part.literal, start)) return null;
    } else {
      if (end === start) return null;
      values.set(part.parameter, path.slice(start, end));
    }
    start = end + 1;
  }
  return values;
}
