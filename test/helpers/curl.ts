import { send } from './client.ts';
import type { Reply, RequestOptions } from './client.ts';

/** What curl would have kept with `-c FILE`, by file. */
export type CookieJars = Map<string, string>;

/**
 * Does what a curl command of the README does, with the options that it uses, so that the README can be run
 * on a machine without curl.
 *
 * @param command begins with `curl `
 * @param base the server that takes the place of the one in the command
 * @throws {Error} for an option that the README does not use yet
 */
export async function runCurl(command: string, base: string, jars: CookieJars): Promise<Reply> {
  const [program, ...words] = splitWords(command);
  if (program !== 'curl') throw new Error(`not a curl command: ${command}`);
  let method: string | null = null;
  let url: URL | null = null;
  let jarToFill: string | null = null;
  let cookie: string | null = null;
  let basic: [string, string] | null = null;
  const data: string[] = [];
  const headers: Record<string, string> = {};
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (!word.startsWith('-')) {
      url = new URL(word);
      continue;
    }
    const value = words.shift() ?? '';
    if (word === '-X') method = value;
    else if (word === '-d') data.push(value);
    else if (word === '-b') cookie = jars.get(value) ?? value;
    else if (word === '-c') jarToFill = value;
    else if (word === '-u') basic = [value.slice(0, value.indexOf(':')), value.slice(value.indexOf(':') + 1)];
    else if (word === '-H') headers[value.slice(0, value.indexOf(':'))] = value.slice(value.indexOf(':') + 1).trim();
    else throw new Error(`curl ${word} is not known here`);
  }
  if (url === null) throw new Error(`no address in: ${command}`);
  if (data.length > 0) headers['Content-Type'] ??= 'application/x-www-form-urlencoded';
  const options: RequestOptions = {
    headers,
    ...(data.length > 0 && { body: data.join('&') }),
    ...(cookie !== null && { cookie }),
    ...(basic !== null && { basic }),
  };
  const reply = await send(base, method ?? (data.length > 0 ? 'POST' : 'GET'), url.pathname, options);
  const [set] = reply.headers['set-cookie'] ?? [];
  if (jarToFill !== null && set !== undefined) jars.set(jarToFill, set.split(';', 1)[0] ?? '');
  return reply;
}

/** Words as a shell divides them, of which some may stand in single quotes. */
function splitWords(command: string): string[] {
  return [...command.matchAll(/(?:'[^']*'|[^\s'])+/g)].map(([word]) => word.replaceAll("'", ''));
}
