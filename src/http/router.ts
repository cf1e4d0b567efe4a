export interface Route<H> {
  /** In upper case. GET serves HEAD too. */
  readonly method: string;
  /** `/users/:id`: a segment that begins with `:` matches any one segment but an empty one. */
  readonly path: string;
  readonly handler: H;
}

export type Parameters = ReadonlyMap<string, string>;

/** The methods and handlers of one path. */
export interface Resource<H> {
  /** As the routes have it, with its parameters' names. */
  readonly path: string;
  /** In alphabetical order, OPTIONS among them, and HEAD wherever GET is (RFC 9110 sections 9.3.7 and 10.2.1). */
  readonly methods: readonly string[];
  /** By method. HEAD has GET's where it has none of its own: it is GET without the content (RFC 9110 section 9.3.2). */
  readonly handlers: ReadonlyMap<string, H>;
  /** The path's segments that match the `:name` segments of the route, by name. */
  readonly parameters: Parameters;
}

/** Every route of one path, compiled. */
interface RoutedPath<H> {
  readonly path: string;
  readonly segments: readonly string[];
  /** The part before the first parameter, with which every matching path begins. */
  readonly prefix: string;
  /** The segments from the first parameter on: a parameter's name, or a literal. */
  readonly rest: readonly ({ readonly parameter: string } | { readonly parameter: null; readonly literal: string })[];
  readonly handlers: Map<string, H>;
  /** Where the path has no parameters, what `find` returns. */
  resource: Resource<H>;
}

// A route's path: "/", or segments that need no percent-encoding, each a literal or ":" and a name.
const ROUTE_PATH = /^\/$|^(?:\/(?::[A-Za-z]\w*|[\w.~-]+))+$/;

const NO_PARAMETERS: Parameters = new Map();

/** Finds the routes of a path. Where a literal and a parameter both match a segment, the leftmost literal wins. */
export class Router<H> {
  readonly #literal = new Map<string, RoutedPath<H>>();
  readonly #withParameters: RoutedPath<H>[] = [];
  /** The methods of any path, as a resource has them. */
  readonly allMethods: readonly string[];

  /** @throws {TypeError} where a route is malformed or there twice */
  constructor(routes: readonly Route<H>[]) {
    for (const route of routes) this.#add(route);
    this.allMethods = allowed(routes.map(({ method }) => method));
    for (const routed of [...this.#literal.values(), ...this.#withParameters]) {
      const get = routed.handlers.get('GET');
      if (get !== undefined && !routed.handlers.has('HEAD')) routed.handlers.set('HEAD', get);
      routed.resource = { ...routed.resource, methods: allowed([...routed.handlers.keys()]) };
    }
    // ":" sorts below letters: an explicit order, so that literals come before parameters at each segment.
    this.#withParameters.sort((a, b) => (precedence(a) < precedence(b) ? -1 : 1));
  }

  /**
   * @param path as `requestPath` returns it
   * @returns null where no route has the path
   */
  find(path: string): Resource<H> | null {
    const literal = this.#literal.get(path);
    if (literal !== undefined) return literal.resource;
    for (const { prefix, rest, resource } of this.#withParameters) {
      const parameters = path.startsWith(prefix) ? parametersOf(rest, path, prefix.length) : null;
      if (parameters !== null) return { ...resource, parameters };
    }
    return null;
  }

  #add({ method, path, handler }: Route<H>): void {
    if (!/^[A-Z]+$/.test(method)) throw new TypeError(`route ${method} ${path}: method must be upper-case letters`);
    if (!ROUTE_PATH.test(path)) throw new TypeError(`route ${method} ${path}: malformed path`);
    const segments = path.slice(1).split('/');
    const names = segments.filter(isParameter);
    if (new Set(names).size < names.length) throw new TypeError(`route ${method} ${path}: a name is there twice`);
    const routed = this.#routedPath(path, segments, names.length > 0);
    // "/users/:id" beside "/users/:name" would hide it.
    if (routed.path !== path) throw new TypeError(`route ${method} ${path}: the same as ${routed.path}`);
    if (routed.handlers.has(method)) throw new TypeError(`route ${method} ${path}: there twice`);
    routed.handlers.set(method, handler);
  }

  #routedPath(path: string, segments: readonly string[], isParametrised: boolean): RoutedPath<H> {
    const same = isParametrised
      ? this.#withParameters.find((other) => precedence(other) === precedence({ segments }))
      : this.#literal.get(path);
    if (same !== undefined) return same;
    const literals = isParametrised ? segments.slice(0, segments.findIndex(isParameter)) : segments;
    const handlers = new Map<string, H>();
    const created = {
      path,
      segments,
      prefix: `/${literals.map((literal) => `${literal}/`).join('')}`,
      rest: segments
        .slice(literals.length)
        .map((segment) =>
          isParameter(segment) ? { parameter: segment.slice(1) } : { parameter: null, literal: segment },
        ),
      handlers,
      resource: { path, methods: [], handlers, parameters: NO_PARAMETERS },
    };
    if (isParametrised) this.#withParameters.push(created);
    else this.#literal.set(path, created);
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

/**
 * @param rest as a routed path has it
 * @param start where in the path the first of them begins
 * @returns the parameters' values, or null where the path does not match
 */
function parametersOf(rest: RoutedPath<unknown>['rest'], path: string, start: number): Parameters | null {
  const segments = path.slice(start).split('/');
  if (segments.length !== rest.length) return null;
  const values = new Map<string, string>();
  for (const [index, part] of rest.entries()) {
    const segment = segments[index] ?? '';
    if (part.parameter === null ? segment !== part.literal : segment === '') return null;
    if (part.parameter !== null) values.set(part.parameter, segment);
  }
  return values;
}
