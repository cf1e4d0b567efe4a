import { EXIT_OK, isJson, JSON_OPTION } from './command.ts';
import type { Command } from './command.ts';
import type { Operation } from './operation.ts';
import { lastIds, pageAfter } from './pages.ts';
import { isText, listOf, record } from './shape.ts';
import { entryOf, isUserEntry } from './users.ts';
import type { UserEntry } from './users.ts';

const isPage = listOf(isUserEntry);

/** Users in the order in which they were made, a thousand at most. */
export const listUsersOperation: Operation<{ readonly after: readonly string[] }, readonly UserEntry[]> = {
  name: 'user.list',
  isInput: record({ after: listOf(isText) }),
  isResult: isPage,
  perform: async ({ after }, { database }) => (await pageAfter(database.users, after)).map(entryOf),
};

export const listUsers: Command = {
  words: ['user', 'list'],
  otherWords: ['ls', 'show', 'get'],
  operands: '',
  operandCount: { least: 0, most: 0 },
  summary: 'show every user: id, when made, email, groups',
  options: [JSON_OPTION],
  access: 'read',
  async run(invocation) {
    const { runner, output } = invocation;
    const users: UserEntry[] = [];
    for (;;) {
      const page = await runner.run(listUsersOperation, { after: lastIds(users) });
      if (page.length === 0) break;
      users.push(...page);
    }
    // Not while the rest is read: whoever pages through it may take an hour.
    await runner.release();
    if (isJson(invocation)) await output.json(users);
    else await output.rows(['ID', 'CREATED', 'EMAIL', 'GROUPS'], users.map(rowOf));
    return EXIT_OK;
  },
};

function rowOf({ id, created_at, email, groups }: UserEntry): readonly string[] {
  return [id, created_at, email, groups.join(',')];
}
