import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { PasswordEncodingError, PromptInterruptedError, readNewPassword } from '../../src/cli/password-prompt.ts';
import type { PromptInput } from '../../src/cli/password-prompt.ts';

/** A terminal, as far as the prompt looks at one. */
class FakeTerminal extends PassThrough implements PromptInput {
  readonly isTTY: boolean;
  readonly rawModes: boolean[] = [];

  constructor(isTTY = true) {
    super();
    this.isTTY = isTTY;
  }

  setRawMode(isRaw: boolean): this {
    this.rawModes.push(isRaw);
    return this;
  }
}

interface Screen {
  text: string;
  write(text: string): void;
}

function screen(): Screen {
  return {
    text: '',
    write(text) {
      this.text += text;
    },
  };
}

interface Typed {
  readonly password: string | null;
  readonly shown: string;
  readonly rawModes: readonly boolean[];
}

/** Types each text once the prompt asks for the next. */
async function typed(...texts: readonly (string | Buffer)[]): Promise<Typed> {
  const [input, output] = [new FakeTerminal(), screen()];
  const answer = readNewPassword({ input, output });
  for (const text of texts) {
    input.write(text);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { password: await answer, shown: output.text, rawModes: input.rawModes };
}

test('readNewPassword() asks twice on a terminal and shows nothing of what is typed', async () => {
  const { password, shown, rawModes } = await typed('secret word\r', 'secret word\r');
  assert.equal(password, 'secret word');
  assert.equal(shown, 'Password: \nPassword, again: \n');
  assert.deepEqual(rawModes, [true, false, true, false], 'the terminal is left as it was found');
});

test('readNewPassword() hides what is typed before it asks for it', async () => {
  const input = new FakeTerminal();
  const isRawAtQuestion: (boolean | undefined)[] = [];
  const output = {
    write: (text: string) => {
      if (text.endsWith(': ')) isRawAtQuestion.push(input.rawModes.at(-1));
    },
  };
  input.write('secret\rsecret\r');
  assert.equal(await readNewPassword({ input, output }), 'secret');
  assert.deepEqual(isRawAtQuestion, [true, true]);
});

test('readNewPassword() takes what a terminal sends', async () => {
  const cases: readonly (readonly [texts: readonly string[], password: string | null])[] = [
    [['secret\r', 'secret\r'], 'secret'],
    [['secret\n', 'secret\n'], 'secret'],
    [['secret\u0004', 'secret\u0004'], 'secret'],
    [['s', 'e', 'c', '\r', 's', 'ec', '\r'], 'sec'],
    [['secret\rsecret\r'], 'secret'],
    [['secret\rsec', 'ret\r'], 'secret'],
    [['secreT\u007ft\r', 'x\bsecret\r'], 'secret'],
    [['\u007f\u007fa\r', 'a\r'], 'a'],
    [['a💩\u007fb\r', 'ab\r'], 'ab'],
    [[' é💩 \r', ' é💩 \r'], ' é💩 '],
    [['\r', '\r'], ''],
    [['secret\r', 'Secret\r'], null],
    [['secret\r', '\r'], null],
  ];
  for (const [texts, password] of cases) {
    assert.equal((await typed(...texts)).password, password, JSON.stringify(texts));
  }
});

test('readNewPassword() gives the terminal back and throws when CTRL+C is pressed', async () => {
  for (const texts of [['\u0003'], ['sec\u0003'], ['secret\r', 'sec\u0003ret\r']]) {
    const [input, output] = [new FakeTerminal(), screen()];
    const answer = assert.rejects(readNewPassword({ input, output }), PromptInterruptedError);
    for (const text of texts) {
      input.write(text);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await answer;
    assert.equal(input.rawModes.at(-1), false);
    assert.ok(!output.text.includes('sec'));
  }
});

const [HALF, OTHER_HALF] = [Buffer.from([0xc3]), Buffer.from([0xa9])];

test('readNewPassword() takes a character that comes in two pieces, and removes it whole', async () => {
  assert.equal((await typed('a', HALF, OTHER_HALF, '\r', 'aé\r')).password, 'aé');
  assert.equal((await typed('a', HALF, OTHER_HALF, '\u007fb\r', 'ab\r')).password, 'ab');
});

test('readNewPassword() refuses what is not UTF-8, and gives the terminal back', async () => {
  for (const texts of [['a\xff\r'], ['a\xc3\r'], ['ok\r', '\xe9\r'], ['\xed\xa0\x80\r']]) {
    const [input, output] = [new FakeTerminal(), screen()];
    const refused = assert.rejects(readNewPassword({ input, output }), PasswordEncodingError);
    for (const text of texts) {
      input.write(Buffer.from(text, 'latin1'));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await refused;
    assert.equal(input.rawModes.at(-1), false);
  }
  for (const text of ['\xff\n', 'a\xe9', '\xc0\xaf\nsecond']) {
    const input = new FakeTerminal(false);
    input.end(Buffer.from(text, 'latin1'));
    await assert.rejects(readNewPassword({ input, output: screen() }), PasswordEncodingError);
  }
});

test('readNewPassword() takes the first line where the input is no terminal, and asks nothing', async () => {
  const cases: readonly (readonly [chunks: readonly (string | Buffer)[], password: string])[] = [
    [['secret\n'], 'secret'],
    [['secret'], 'secret'],
    [['secret\r\n'], 'secret'],
    [['secret\nsecond\n'], 'secret'],
    [['sec', 'ret', '\nsecond'], 'secret'],
    [[' secret \n'], ' secret '],
    [['\n'], ''],
    [[''], ''],
    [[Buffer.from([0xc3]), Buffer.from([0xa9, 0x0a])], 'é'],
    [['ok\n', Buffer.from([0xff])], 'ok'],
    [['a\r'], 'a\r'],
    [['a\rb\r\n'], 'a\rb'],
  ];
  for (const [chunks, password] of cases) {
    const [input, output] = [new FakeTerminal(false), screen()];
    for (const chunk of chunks) input.write(chunk);
    input.end();
    assert.equal(await readNewPassword({ input, output }), password, JSON.stringify(chunks));
    assert.deepEqual([output.text, input.rawModes], ['', []]);
  }
});
