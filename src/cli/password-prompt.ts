import type { ReadStream } from 'node:tty';

/** What a password is read from, and what asks for it. */
export interface PromptStreams {
  readonly input: NodeJS.ReadStream;
  readonly output: { write(text: string): unknown };
}

const ENTER = /[\r\n\u0004]/;
const INTERRUPT = '\u0003';
const BACKSPACE = /[\b\u007f]/;

/** The person pressed CTRL+C. */
export class PromptInterruptedError extends Error {
  override readonly name = 'PromptInterruptedError';

  constructor() {
    super('interrupted');
  }
}

/**
 * Reads a new password: asked for twice and not shown where the input is a terminal, else its first line.
 *
 * @returns null where the two differ
 */
export async function readNewPassword({ input, output }: PromptStreams): Promise<string | null> {
  if (!input.isTTY) return firstLine(input);
  const password = await readHidden(input, output, 'Password: ');
  const again = await readHidden(input, output, 'Password, again: ');
  return password === again ? password : null;
}

async function firstLine(input: NodeJS.ReadStream): Promise<string> {
  let text = '';
  input.setEncoding('utf8');
  for await (const chunk of input) {
    text += String(chunk);
    if (text.includes('\n')) break;
  }
  return text.split(/\r?\n/, 1)[0] ?? '';
}

/** In raw mode the terminal shows nothing of what is typed, and leaves Enter, Backspace and CTRL+C to us. */
function readHidden(input: ReadStream, output: PromptStreams['output'], question: string): Promise<string> {
  output.write(question);
  input.setEncoding('utf8');
  input.setRawMode(true);
  input.resume();
  return new Promise((resolve, reject) => {
    let typed: string[] = [];
    const end = (): void => {
      input.off('data', onData);
      input.setRawMode(false);
      input.pause();
      output.write('\n');
    };
    const onData = (chunk: unknown): void => {
      for (const character of String(chunk)) {
        if (character === INTERRUPT) {
          end();
          reject(new PromptInterruptedError());
          return;
        }
        if (ENTER.test(character)) {
          end();
          resolve(typed.join(''));
          return;
        }
        typed = BACKSPACE.test(character) ? typed.slice(0, -1) : [...typed, character];
      }
    };
    input.on('data', onData);
  });
}
