import { declareModels } from '../models/repositories.ts';
import { sessionPolicyOf } from '../models/session-policy.ts';
import { StoreCheck } from '../storage/journal/check.ts';
import { EXIT_FAILED, EXIT_OK, isJson, JSON_OPTION } from './command.ts';
import type { Command } from './command.ts';
import { CommandError } from './operation.ts';

export const check: Command = {
  words: ['check'],
  otherWords: ['verify', 'fsck'],
  operands: '',
  operandCount: { least: 0, most: 0 },
  summary: 'read every file of DATA_DIR and report',
  details: 'Changes nothing. Exit status 1 where something is damaged. While the server runs, the last line may be half written.',
  options: [JSON_OPTION],
  async run(invocation) {
    const { output } = invocation;
    const config = invocation.config();
    if (config.databaseUrl !== null) throw new CommandError('check reads the files of DATA_DIR, and DATABASE_URL is set');
    const store = new StoreCheck(config.dataDirectory);
    declareModels(store, { sessionPolicy: sessionPolicyOf(config, Date.now()), defaultGroups: config.defaultGroups });
    const { lines, isWhole } = await store.check();
    if (isJson(invocation)) await output.json({ whole: isWhole, report: lines });
    else for (const line of lines) await output.line(line);
    return isWhole ? EXIT_OK : EXIT_FAILED;
  },
};
