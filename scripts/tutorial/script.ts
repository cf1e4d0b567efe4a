import { EXIT_FAILED, EXIT_USAGE } from '../../src/cli/command.ts';
import { startProblem } from '../../src/cli/start-problem.ts';
import { ConfigError, parseConfig } from '../../src/config.ts';
import type { Config } from '../../src/config.ts';

/** Runs a script with the server's settings. What keeps it from starting is told in a sentence, as the server does. */
export async function script(steps: (config: Config) => Promise<void>): Promise<void> {
  const config = settings();
  try {
    await steps(config);
  } catch (error) {
    fail(startProblem(error, config), EXIT_FAILED);
  }
}

function settings(): Config {
  try {
    return parseConfig(process.env).config;
  } catch (error) {
    if (error instanceof ConfigError) fail(error.message, EXIT_USAGE);
    throw error;
  }
}

function fail(problem: string, status: number): never {
  console.error(problem);
  process.exit(status);
}
