import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { requestPath } from '../../src/http/request-target.ts';
import type { SeenAnswer } from '../helpers/client.ts';
import { member, objectOf, resolved } from './openapi-document.ts';
import type { JsonObject } from './openapi-document.ts';

const PREFIX = '/api/v1/';

/** Fields that HTTP adds by itself, that CORS adds by CORS_ORIGINS, and those that the introduction says once. */
const EVERYWHERE: ReadonlySet<string> = new Set([
  ...['connection', 'content-length', 'content-type', 'date', 'keep-alive', 'transfer-encoding', 'vary'],
  ...['access-control-allow-origin', 'access-control-allow-credentials', 'access-control-expose-headers'],
  ...['cache-control', 'x-content-type-options'],
]);

/** What CORS adds to an answer to OPTIONS. */
const PREFLIGHT: ReadonlySet<string> = new Set([
  ...['access-control-allow-methods', 'access-control-allow-headers', 'access-control-max-age'],
]);

/** What an answer on a path, or for a method, that is not in the document may be: the introduction says so. */
const ELSEWHERE: readonly string[] = ['400', '401', '403', '404', '405', '421', '500', '503'];

/** What came of an answer: what is wrong with it, and which part of the document it was held against. */
export interface Verdict {
  readonly problems: readonly string[];
  /** Operation and status; null where the document names none. */
  readonly covers: string | null;
}

/** Holds answers below `/api/v1/` against an OpenAPI document. */
export class AnswerCheck {
  readonly #document: JsonObject;
  readonly #anyMethod: ReadonlySet<string>;
  readonly #paths: readonly { readonly path: string; readonly pattern: RegExp; readonly item: JsonObject }[];
  readonly #ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
  readonly #validators = new Map<object, ValidateFunction>();

  /**
   * @param document as JSON
   * @param anyMethod paths whose one operation, under GET, stands for every method
   */
  constructor(document: JsonObject, anyMethod: readonly string[]) {
    this.#document = document;
    this.#anyMethod = new Set(anyMethod);
    // Of two paths that match, the one with fewer parameters counts.
    this.#paths = Object.entries(objectOf(document.paths))
      .map(([path, item]) => ({ path, pattern: patternOf(path), item: objectOf(item) }))
      .sort((a, b) => a.path.split('{').length - b.path.split('{').length);
    formats.default(this.#ajv);
    this.#ajv.addKeyword('components');
  }

  /** @returns null for an answer that is not the API's */
  check({ method, target, reply, sent }: SeenAnswer): Verdict | null {
    const path = requestPath(target);
    // A target that cannot be read is no path of the API's.
    if (path === null || !`${path}/`.startsWith(PREFIX)) return null;
    const found = this.#paths.find(({ pattern }) => pattern.test(path));
    const isAnyMethod = found !== undefined && this.#anyMethod.has(found.path);
    const asked = isAnyMethod || method === 'HEAD' ? 'get' : method.toLowerCase();
    const problems = commonProblems(reply);
    if (method === 'OPTIONS' && !isAnyMethod) {
      return { problems: [...problems, ...this.#preflightProblems(reply, found?.item ?? {})], covers: null };
    }
    const operation = objectOf(found?.item[asked]);
    if (found === undefined || operation.responses === undefined) {
      return { problems: [...problems, ...this.#elsewhereProblems(method, reply, found?.item ?? {})], covers: null };
    }
    const [status, response] = this.#responseOf(operation, reply.status);
    if (response === null) return { problems: [...problems, `${reply.status} is not documented`], covers: null };
    problems.push(...this.#contentProblems(response, reply, method), ...this.#headerProblems(response, reply, method));
    if (reply.status < 300) problems.push(...this.#sentProblems(operation, sent));
    return { problems, covers: `${String(operation.operationId)} ${status}` };
  }

  /** `default` is for the statuses that its description names, and for no other. */
  #responseOf({ responses }: JsonObject, status: number): readonly [status: string, response: JsonObject | null] {
    const own = member(responses, String(status));
    if (own !== undefined) return [String(status), resolved(this.#document, own)];
    const other = resolved(this.#document, member(responses, 'default'));
    return ['default', new RegExp(`\\b${status},`).test(String(other.description)) ? other : null];
  }

  #contentProblems(response: JsonObject, reply: SeenAnswer['reply'], method: string): string[] {
    const documented = objectOf(response.content);
    const type = reply.headers['content-type'];
    if (Object.keys(documented).length === 0) return reply.text === '' && type === undefined ? [] : ['content where none is'];
    if (type === undefined) return ['no Content-Type'];
    const media = documented[type];
    if (media === undefined) return [`${type} is not documented`];
    if (method === 'HEAD') return reply.text === '' ? [] : ['HEAD with a body'];
    return this.#valueProblems(objectOf(member(media, 'schema')), JSON.parse(reply.text), 'body');
  }

  /** What the server took, the document must not refuse. */
  #sentProblems({ requestBody }: JsonObject, sent: unknown): string[] {
    const schema = member(requestBody, 'content', 'application/json', 'schema');
    return schema === undefined || sent === undefined ? [] : this.#valueProblems(objectOf(schema), sent, 'request');
  }

  #headerProblems(response: JsonObject, { headers }: SeenAnswer['reply'], method: string): string[] {
    const documented = new Map(Object.entries(objectOf(response.headers)).map(([name, field]) => [name.toLowerCase(), objectOf(field)]));
    const isExpected = (name: string): boolean => isEverywhere(name, method) || documented.has(name);
    const unknown = Object.keys(headers).filter((name) => !isExpected(name));
    const problems = unknown.map((name) => `${name} is not documented`);
    for (const [name, { required, schema }] of documented) {
      const values = [headers[name] ?? []].flat();
      if (values.length === 0 && required === true) problems.push(`${name} is missing`);
      const isNumber = member(schema, 'type') === 'integer';
      for (const value of values) {
        problems.push(...this.#valueProblems(objectOf(schema), isNumber && /^\d+$/.test(value) ? Number(value) : value, name));
      }
    }
    return problems;
  }

  #valueProblems(schema: JsonObject, value: unknown, what: string): string[] {
    let validate = this.#validators.get(schema);
    if (validate === undefined) {
      // `#/components/…` leads into the document.
      validate = this.#ajv.compile({ ...schema, components: this.#document.components });
      this.#validators.set(schema, validate);
    }
    return validate(value) ? [] : [`${what}: ${this.#ajv.errorsText(validate.errors)}`];
  }

  #preflightProblems(reply: SeenAnswer['reply'], item: JsonObject): string[] {
    if (reply.status !== 204) return this.#elsewhereProblems('OPTIONS', reply, item);
    const unknown = Object.keys(reply.headers).filter((name) => name !== 'allow' && !isEverywhere(name, 'OPTIONS'));
    return [...allowProblems(reply, item), ...unknown.map((name) => `${name} on OPTIONS`)];
  }

  #elsewhereProblems(method: string, reply: SeenAnswer['reply'], item: JsonObject): string[] {
    const error = objectOf(member(this.#document, 'components', 'schemas', 'Error'));
    if (!ELSEWHERE.includes(String(reply.status))) return [`${reply.status} where the document has no operation`];
    const body = method === 'HEAD' ? [] : this.#valueProblems(error, JSON.parse(reply.text), 'body');
    return reply.status === 405 ? [...body, ...allowProblems(reply, item)] : body;
  }
}

function patternOf(path: string): RegExp {
  const escaped = path.replace(/[.*+?^$()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replace(/\{\w+\}/g, '[^/]+')}$`);
}

function isEverywhere(name: string, method: string): boolean {
  return EVERYWHERE.has(name) || (method === 'OPTIONS' && PREFLIGHT.has(name));
}

function commonProblems({ headers }: SeenAnswer['reply']): string[] {
  return [
    ...(headers['cache-control'] === 'no-store' ? [] : ['no Cache-Control: no-store']),
    ...(headers['x-content-type-options'] === 'nosniff' ? [] : ['no X-Content-Type-Options: nosniff']),
  ];
}

/** `Allow` names the methods of the document, HEAD beside GET, and OPTIONS. */
function allowProblems({ headers }: SeenAnswer['reply'], item: JsonObject): string[] {
  const methods = Object.keys(item).map((method) => method.toUpperCase());
  const allowed = [...methods, 'OPTIONS', ...(methods.includes('GET') ? ['HEAD'] : [])].sort().join(', ');
  return headers.allow === allowed ? [] : [`Allow: ${headers.allow}, and the document says ${allowed}`];
}
