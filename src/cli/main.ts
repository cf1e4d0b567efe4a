import { ConfigError, parseConfig } from '../config.ts';
import { packageVersion } from '../version.ts';
import { parseArguments, UsageError } from './arguments.ts';
import { EXIT_FAILED, EXIT_INTERRUPTED, EXIT_OK, EXIT_USAGE } from './command.ts';
import type { Command, System } from './command.ts';
import { commandsOf, findCommand } from './commands.ts';
import { commandHelp, groupHelp, overallHelp, PROGRAM } from './help.ts';
import { InputEncodingError } from './input-file.ts';
import { Interruption } from './interruption.ts';
import { Output } from './output.ts';
import { PasswordEncodingError, PromptInterruptedError } from './password-prompt.ts';
import { anyProblemOf } from './problem.ts';
import { StoreRunner } from './runner.ts';

/**
 * The command line: one command, from its arguments to its exit status.
 *
 * @param system the process
 * @param args what follows the program's name
 */
export async function main(system: System, args: readonly string[]): Promise<void> {
  const [output, errors] = [new Output(system.stdout), new Output(system.stderr)];
  const interruption = new Interruption(system);
  const runners: StoreRunner[] = [];

  function runnerFor(command: Command, isVerbose: boolean): StoreRunner {
    interruption.listen(command.endsInOrder === true);
    const tell = (line: string): void => void errors.write(line);
    const runner = new StoreRunner({
      config: parseConfig(system.env).config,
      access: command.access ?? 'change',
      tell,
      // Nobody collects what a command prints. Who keeps a log of these, too, asks for it.
      log: isVerbose ? tell : () => {},
    });
    runners.push(runner);
    return runner;
  }

  async function run(): Promise<number> {
    const help = helpAskedFor(args);
    if (help !== null) {
      await output.write(help);
      return EXIT_OK;
    }
    // Node puts U+FFFD in place of bytes that are not UTF-8: two names that differ would be one.
    if (args.some((arg) => arg.includes('\ufffd'))) throw new UsageError('an argument is not UTF-8');
    const command = findCommand(args);
    const parsed = parseArguments(args.slice(command.words.length), command);
    let runner: StoreRunner | null = null;
    return command.run({
      args: parsed,
      config: () => parseConfig(system.env).config,
      get runner() {
        return (runner ??= runnerFor(command, parsed.has('verbose')));
      },
      output,
      errors,
      signal: interruption.signal,
      system,
    });
  }

  let status: number;
  try {
    status = await Promise.race([run(), interruption.status]);
  } catch (error) {
    status = statusOf(error);
    await errors.write(`${problemLines(error)}\n`);
  }
  for (const runner of runners) {
    await runner.end().catch((error: unknown) => {
      status ||= EXIT_FAILED;
      return errors.line(anyProblemOf(error));
    });
  }
  if (output.problem !== null) {
    status ||= EXIT_FAILED;
    await errors.line(output.problem);
  }
  // No more than the status: a server goes on, and ends the process itself.
  system.exitCode = status;
  if (interruption.signal.aborted) system.exit(status);
}

/** @returns the text that `help`, `version` or an option of that name prints; null where neither is asked for */
function helpAskedFor(args: readonly string[]): string | null {
  if (args[0] === 'help') return helpAskedFor([...args.slice(1), '--help']);
  const options = args.slice(0, args.includes('--') ? args.indexOf('--') : undefined);
  const isHelp = options.includes('--help') || options.includes('-h');
  const isVersion = options.includes('--version') || (args.length === 1 && args[0] === 'version');
  if (!isHelp) return isVersion ? `${packageVersion()}\n` : null;
  const [first = ''] = args;
  if (first.startsWith('-')) return overallHelp();
  const group = commandsOf(first);
  const isGroup = group.length > 0 && group.every(({ words }) => words.length > 1) && (args[1] ?? '-').startsWith('-');
  return isGroup ? groupHelp(first, group) : commandHelp(findCommand(args));
}

function statusOf(error: unknown): number {
  if (error instanceof PromptInterruptedError) return EXIT_INTERRUPTED;
  if (error instanceof InputEncodingError || error instanceof PasswordEncodingError) return EXIT_USAGE;
  return error instanceof UsageError || error instanceof ConfigError ? EXIT_USAGE : EXIT_FAILED;
}

/** What went wrong, one line each, without a stack trace. */
function problemLines(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  const line = anyProblemOf(error).replaceAll('\n', ' ');
  if (!(error instanceof UsageError)) return line;
  return `${line}${line.endsWith('?') ? ' See' : '; see'} ${[PROGRAM, ...error.words].join(' ')} --help`;
}
