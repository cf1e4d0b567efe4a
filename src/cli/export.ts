import { EXIT_OK } from './command.ts';
import type { Command } from './command.ts';
import { exportOver } from './transfer.ts';

/** So much is written at once. */
const CHUNK_LENGTH = 65_536;

export const exportAll: Command = {
  words: ['export'],
  otherWords: ['dump', 'backup'],
  operands: '',
  operandCount: { least: 0, most: 0 },
  summary: 'print everything that is stored, as lines of JSON that import takes',
  details:
    'Users with the hashes of their passwords, and sessions: keep the file as safe as DATA_DIR, umask 077 say.\n' +
    'What changes while it is written may be in it as it was before or after.',
  options: [],
  access: 'read',
  async run({ runner, output, signal }) {
    let text = '';
    for await (const line of exportOver(runner)) {
      text += `${line}\n`;
      if (text.length < CHUNK_LENGTH) continue;
      await output.write(text);
      text = '';
      if (signal.aborted || output.isOver) break;
    }
    await output.write(text);
    await runner.release();
    return EXIT_OK;
  },
};
