import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Reply } from './client.ts';
import { runCurl } from './curl.ts';

/** A command of a terminal session, and what it printed. */
interface Step {
  readonly command: string;
  readonly output: readonly string[];
}

interface Expected {
  readonly status: number;
  readonly body: readonly string[];
  /** `name=value` of the Set-Cookie shown; null where no header is shown. */
  readonly cookie: string | null;
}

export interface TranscriptOptions {
  readonly base: string;
  /** Called for `sleep N`. */
  readonly sleep?: (seconds: number) => void;
  /** Bodies that differ on purpose: by the command, what the body is instead. */
  readonly instead?: ReadonlyMap<string, string>;
}

const PROMPT = 'bob@dylan:~$';
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const TIME = /"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"/;

/** What a JSON error of the tutorial comes with. */
const STATUS_OF_ERROR: ReadonlyMap<string, number> = new Map([
  ['email missing', 400],
  ['password missing', 400],
  ['Unauthorized', 401],
  ['wrong password', 401],
  ['Forbidden', 403],
  ['Not found', 404],
  ['no user found for this email', 404],
  ['Method not allowed', 405],
]);

/** Flask's page, which is our JSON: the one answer that differs on purpose. */
const FLASK_405 = '<title>405 Method Not Allowed</title>';
const OUR_405 = '{\n  "error": "Method not allowed"\n}';

function stepsOf(text: string): Step[] {
  const steps: { command: string; output: string[] }[] = [];
  for (const line of text.trimEnd().split('\n')) {
    if (line.startsWith(PROMPT)) steps.push({ command: line.slice(PROMPT.length).trim(), output: [] });
    else steps.at(-1)?.output.push(line.trimEnd());
  }
  return steps.filter(({ command }) => command !== '');
}

function expectedOf({ output }: Step, instead: string | undefined): Expected {
  const statusLine = output.find((line) => line.startsWith('< HTTP/'));
  const cookie = /^< Set-Cookie: ([^;]+); Path=\/$/m.exec(output.join('\n'))?.[1];
  // What curl -vvv prints besides the body.
  let body = output.filter((line) => !/^(?:\*|[<>](?: |$)|Note: )/.test(line));
  if (body.includes(FLASK_405)) body = OUR_405.split('\n');
  if (instead !== undefined) body = instead.split('\n');
  const error = /^ {2}"error": "(.*)"$/m.exec(body.join('\n'))?.[1];
  const status = error === undefined ? 200 : STATUS_OF_ERROR.get(error);
  assert.ok(status !== undefined, `the transcript's error ${error} has no status in the table`);
  if (statusLine !== undefined) assert.ok(statusLine.includes(` ${status} `));
  return { status, body, cookie: cookie ?? null };
}

/** A command as the tutorial writes it, in the spelling of the README's. */
function readmeSpelling(command: string): string {
  return command
    .replace(/ #.*$/, '')
    .replaceAll('"', "'")
    .replace(/ -X([A-Z]+)/, ' -X $1')
    .replace(' --cookie ', ' -b ')
    .replace(' -vvv', '');
}

/**
 * Runs each command of a transcript against a server, in order, and compares status and JSON word for word.
 * Times differ; an id of the transcript stands for the id that the server showed in its first place.
 *
 * @returns how many requests were made
 */
export async function runTranscript(file: URL, options: TranscriptOptions): Promise<number> {
  const actualIds = new Map<string, string>();
  let requestCount = 0;
  for (const step of stepsOf(readFileSync(file, 'utf8'))) {
    const sleep = /^sleep (\d+)/.exec(step.command);
    if (sleep !== null) {
      options.sleep?.(Number(sleep[1]));
      continue;
    }
    const expected = expectedOf(step, options.instead?.get(step.command));
    const command = step.command.replace(UUID, (id) => actualIds.get(id) ?? id);
    const reply = await runCurl(readmeSpelling(command), options.base, new Map());
    requestCount += 1;
    assertReply(reply, expected, actualIds, command);
  }
  return requestCount;
}

function assertReply(reply: Reply, expected: Expected, actualIds: Map<string, string>, command: string): void {
  if (expected.cookie !== null) {
    const [cookie = ''] = reply.headers['set-cookie'] ?? [];
    assert.match(cookie, /^_my_session_id=[^;]+; Path=\//, command);
    learnIds(expected.cookie, cookie, actualIds);
  }
  const lines = reply.text.split('\n');
  for (const [index, line] of expected.body.entries()) learnIds(line, lines[index] ?? '', actualIds);
  const wanted = `${expected.body.join('\n')}\n`.replace(UUID, (id) => actualIds.get(id) ?? id);
  assert.equal(reply.status, expected.status, command);
  assert.equal(withoutTimes(reply.text), withoutTimes(wanted), command);
  assert.equal(reply.headers['content-type'], 'application/json', command);
  assert.equal(reply.headers['access-control-allow-origin'], '*', command);
}

function learnIds(shown: string, actual: string, actualIds: Map<string, string>): void {
  const actualMatches = actual.match(UUID) ?? [];
  for (const [index, id] of (shown.match(UUID) ?? []).entries()) {
    const is = actualMatches[index];
    if (is !== undefined && !actualIds.has(id)) actualIds.set(id, is);
  }
}

function withoutTimes(text: string): string {
  return text.replaceAll(new RegExp(TIME, 'g'), '"TIME"');
}
