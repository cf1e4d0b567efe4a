import { COMMON_OPTIONS } from './arguments.ts';
import type { Option } from './arguments.ts';
import type { Command } from './command.ts';
import { COMMANDS, nameOf } from './commands.ts';

/** The name under which it is installed. */
export const PROGRAM = 'session-auth';

const ABOUT_ITSELF: readonly (readonly [left: string, right: string])[] = [
  ['--help, help [COMMAND]', 'print this help, or that of one command, as COMMAND --help does'],
  ['--version, version', 'print the version'],
];

/** The help of all commands. */
export function overallHelp(): string {
  return (
    `Usage: ${PROGRAM} COMMAND [OPTIONS]\n\n${summaries(COMMANDS)}\n${table(ABOUT_ITSELF)}\n` +
    `Settings are environment variables: ${PROGRAM} serve --help lists them.\n\n` +
    'Commands work while the server runs, which they reach over a socket in DATA_DIR [./data], and while it is stopped.\n' +
    'A password is read from standard input, never from an argument. Exit status: 0, 1 (it failed), 2 (wrong usage).\n'
  );
}

/** The help of some commands that begin with one word. */
export function groupHelp(word: string, commands: readonly Command[]): string {
  return `Usage: ${PROGRAM} ${word} COMMAND [OPTIONS]\n\n${summaries(commands)}\n${PROGRAM} ${word} COMMAND --help says more of one.\n`;
}

/** The help of one command. */
export function commandHelp(command: Command): string {
  const { operands, summary, details, options } = command;
  const usage = [PROGRAM, nameOf(command), ...(operands === '' ? [] : [operands]), '[OPTIONS]'].join(' ');
  const text = details === undefined ? '' : `${details}\n\n`;
  return `Usage: ${usage}\n\n${capitalised(summary)}.\n${text === '' ? '\n' : text}${optionLines([...options, ...COMMON_OPTIONS])}`;
}

function summaries(commands: readonly Command[]): string {
  const rows = commands.map((command) => [[nameOf(command), command.operands].join(' ').trimEnd(), command.summary] as const);
  return table(rows);
}

function optionLines(options: readonly Option[]): string {
  return table(
    options.map(({ name, value, meaning }) => [`--${name}${value === null ? '' : ` ${value}`}`, meaning] as const),
  );
}

function table(rows: readonly (readonly [left: string, right: string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}\n`).join('');
}

function capitalised(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
