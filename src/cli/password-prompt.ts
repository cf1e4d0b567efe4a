import { decodeUtf8 } from '../http/utf8.ts';

/** What is asked of standard input, which gives bytes: its own decoder would put U+FFFD for what is not UTF-8. */
export interface PromptInput extends AsyncIterable<unknown> {
  /** Whether it is a terminal; only then `setRawMode` is called. */
  readonly isTTY?: boolean;
  setRawMode(isRaw: boolean): unknown;
  resume(): unknown;
  pause(): unknown;
  unshift(bytes: Uint8Array): unknown;
  on(event: 'data', listener: (chunk: unknown) => void): unknown;
  off(event: 'data', listener: (chunk: unknown) => void): unknown;
}

/** What a password is read from, and what asks for it. */
export interface PromptStreams {
  readonly input: PromptInput;
  readonly output: { write(text: string): unknown };
}

const [INTERRUPT, END_OF_INPUT, BACKSPACE, LINE_FEED, CARRIAGE_RETURN, DELETE] = [0x03, 0x04, 0x08, 0x0a, 0x0d, 0x7f];

/** The person pressed CTRL+C. */
export class PromptInterruptedError extends Error {
  override readonly name = 'PromptInterruptedError';

  constructor() {
    super('interrupted');
  }
}

/** What was typed or sent is not UTF-8: any wrong bytes would be the same password. */
export class PasswordEncodingError extends Error {
  override readonly name = 'PasswordEncodingError';

  constructor() {
    super('the password is not in UTF-8: set the terminal, or what writes it, to UTF-8');
  }
}

/**
 * Reads a new password: asked for twice and not shown where the input is a terminal, else its first line.
 *
 * @returns null where the two differ
 * @throws {PromptInterruptedError} the person pressed CTRL+C
 * @throws {PasswordEncodingError} it is not UTF-8
 */
export async function readNewPassword({ input, output }: PromptStreams): Promise<string | null> {
  if (!input.isTTY) return firstLine(input);
  const password = strictText(await readHidden(input, output, 'Password: '));
  const again = strictText(await readHidden(input, output, 'Password, again: '));
  return password === again ? password : null;
}

async function firstLine(input: PromptInput): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of input) {
    const bytes = bytesOf(chunk);
    chunks.push(bytes);
    if (bytes.includes(LINE_FEED)) break;
  }
  const bytes = Buffer.concat(chunks);
  const lineFeed = bytes.indexOf(LINE_FEED);
  const line = strictText(lineFeed === -1 ? bytes : bytes.subarray(0, lineFeed));
  return lineFeed !== -1 && line.endsWith('\r') ? line.slice(0, -1) : line;
}

/** In raw mode the terminal shows nothing of what is typed, and leaves Enter, Backspace and CTRL+C to us. */
function readHidden(input: PromptInput, output: PromptStreams['output'], question: string): Promise<Buffer> {
  // Before the question: who answers it at once, a script say, would else see the password on the screen.
  input.setRawMode(true);
  output.write(question);
  input.resume();
  return new Promise((resolve, reject) => {
    const typed: number[] = [];
    const end = (): void => {
      input.off('data', onData);
      input.setRawMode(false);
      input.pause();
      output.write('\n');
    };
    const onData = (chunk: unknown): void => {
      const bytes = bytesOf(chunk);
      for (const [index, byte] of bytes.entries()) {
        if (byte === INTERRUPT) {
          end();
          reject(new PromptInterruptedError());
          return;
        }
        if (byte === CARRIAGE_RETURN || byte === LINE_FEED || byte === END_OF_INPUT) {
          end();
          // Pasted, or typed faster than read: it is the answer to the next question.
          const rest = bytes.subarray(index + 1);
          if (rest.length > 0) input.unshift(rest);
          resolve(Buffer.from(typed));
          return;
        }
        if (byte === BACKSPACE || byte === DELETE) removeCharacter(typed);
        else typed.push(byte);
      }
    };
    input.on('data', onData);
  });
}

// UTF8-tail = %x80-BF: a character is its first byte and those.                        RFC 3629 section 4
function removeCharacter(bytes: number[]): void {
  let last = bytes.pop();
  while (last !== undefined && last >= 0x80 && last <= 0xbf) last = bytes.pop();
}

function bytesOf(chunk: unknown): Buffer {
  return Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
}

function strictText(bytes: Buffer): string {
  const text = decodeUtf8(bytes);
  if (text === null) throw new PasswordEncodingError();
  return text;
}
