/** What is asked of standard input. */
export interface PromptInput extends AsyncIterable<unknown> {
  /** Whether it is a terminal; only then `setRawMode` is called. */
  readonly isTTY?: boolean;
  setRawMode(isRaw: boolean): unknown;
  setEncoding(encoding: 'utf8'): unknown;
  resume(): unknown;
  pause(): unknown;
  unshift(text: string): unknown;
  on(event: 'data', listener: (chunk: unknown) => void): unknown;
  off(event: 'data', listener: (chunk: unknown) => void): unknown;
}

/** What a password is read from, and what asks for it. */
export interface PromptStreams {
  readonly input: PromptInput;
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

async function firstLine(input: PromptInput): Promise<string> {
  let text = '';
  input.setEncoding('utf8');
  for await (const chunk of input) {
    text += String(chunk);
    if (text.includes('\n')) break;
  }
  return text.split(/\r?\n/, 1)[0] ?? '';
}

/** In raw mode the terminal shows nothing of what is typed, and leaves Enter, Backspace and CTRL+C to us. */
function readHidden(input: PromptInput, output: PromptStreams['output'], question: string): Promise<string> {
  input.setEncoding('utf8');
  // Before the question: who answers it at once, a script say, would else see the password on the screen.
  input.setRawMode(true);
  output.write(question);
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
      const characters = [...String(chunk)];
      for (const [index, character] of characters.entries()) {
        if (character === INTERRUPT) {
          end();
          reject(new PromptInterruptedError());
          return;
        }
        if (ENTER.test(character)) {
          end();
          // Pasted, or typed faster than read: it is the answer to the next question.
          const rest = characters.slice(index + 1).join('');
          if (rest !== '') input.unshift(rest);
          resolve(typed.join(''));
          return;
        }
        typed = BACKSPACE.test(character) ? typed.slice(0, -1) : [...typed, character];
      }
    };
    input.on('data', onData);
  });
}
