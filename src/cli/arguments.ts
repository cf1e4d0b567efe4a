import { nearest } from './nearest.ts';

export interface Option {
  /** Without its dashes. */
  readonly name: string;
  /** What stands for its value in the help; null: it has none. */
  readonly value: string | null;
  readonly meaning: string;
  readonly isRepeatable?: boolean;
}

/** What may follow a command's name. */
export interface ArgumentRules {
  /** Its name. */
  readonly words: readonly string[];
  /** What follows the name, as the help shows it. */
  readonly operands: string;
  /** How many operands there may be. */
  readonly operandCount: { readonly least: number; readonly most: number };
  /** Whether an operand may begin with a dash. */
  readonly takesDashes?: boolean;
  readonly options: readonly Option[];
}

/** The command was called wrongly: exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  /** Whose help says more; empty: that of all. */
  readonly words: readonly string[];

  constructor(message: string, words: readonly string[] = []) {
    super(message);
    this.words = words;
  }
}

/** Options of every command. */
export const COMMON_OPTIONS: readonly Option[] = [
  { name: 'verbose', value: null, meaning: 'with the server stopped: print notices and the security log on standard error' },
  { name: 'help', value: null, meaning: 'print this help' },
];

/** What stands after a command's name. */
export class Arguments {
  readonly operands: readonly string[];
  readonly #values: ReadonlyMap<string, readonly string[]>;

  constructor(operands: readonly string[], values: ReadonlyMap<string, readonly string[]>) {
    this.operands = operands;
    this.#values = values;
  }

  operand(index: number): string {
    return this.operands[index] ?? '';
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** The value of an option; null where it is not given. */
  value(name: string): string | null {
    return this.#values.get(name)?.[0] ?? null;
  }

  values(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }
}

/**
 * Reads the operands and options of a command: `--name VALUE`, `--name=VALUE`, `-h`; after `--` all are operands.
 *
 * @param args what follows the command's name
 * @throws {UsageError} an option is unknown or has no value, or the number of operands is wrong
 */
export function parseArguments(args: readonly string[], command: ArgumentRules): Arguments {
  const { words } = command;
  const options = [...command.options, ...COMMON_OPTIONS];
  const operands: string[] = [];
  const values = new Map<string, string[]>();
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? '';
    if (arg === '--') {
      operands.push(...args.slice(index + 1));
      break;
    }
    const text = arg === '-h' ? '--help' : arg;
    if (!text.startsWith('--')) {
      if (text.startsWith('-') && text !== '-' && command.takesDashes !== true) throw unknownOption(text, options, words);
      operands.push(text);
      continue;
    }
    const [, name = '', given] = /^--([^=]*)(?:=([^]*))?$/.exec(text) ?? [];
    const option = options.find((one) => one.name === name);
    if (option === undefined) throw unknownOption(`--${name}`, options, words);
    let value = given ?? '';
    if (option.value === null) {
      if (given !== undefined) throw new UsageError(`--${name} takes no value`, words);
    } else if (given === undefined) {
      index += 1;
      const next = args[index];
      if (next === undefined || next.startsWith('--')) throw new UsageError(`--${name} needs a value`, words);
      value = next;
    }
    const former = values.get(name) ?? [];
    if (former.length > 0 && option.value !== null && option.isRepeatable !== true) {
      throw new UsageError(`--${name} is given twice`, words);
    }
    values.set(name, [...former, value]);
  }
  if (!values.has('help')) checkCount(operands, command);
  return new Arguments(operands, values);
}

function unknownOption(option: string, options: readonly Option[], words: readonly string[]): UsageError {
  const guess = nearest(option, options.map(({ name }) => `--${name}`));
  const hint = guess === null ? '' : `; did you mean ${guess}?`;
  return new UsageError(`${words.join(' ')} knows no option ${JSON.stringify(option)}${hint}`, words);
}

function checkCount(operands: readonly string[], { words, operands: usage, operandCount: { least, most } }: ArgumentRules): void {
  if (operands.length >= least && operands.length <= most) return;
  const expected = usage === '' ? 'takes no operand' : `takes ${usage}`;
  const problem = operands.length < least ? 'too few operands' : 'too many operands';
  throw new UsageError(`${words.join(' ')} ${expected}: ${problem}`, words);
}
