/** What a matrix is asked for on the command line, or one sentence that says what is wrong with it. */
import { parseArgs } from 'node:util';

export interface Options {
  readonly full: boolean;
  /** As they were given; the others are left to the matrix. */
  readonly numbers: Readonly<Record<string, number | undefined>>;
  readonly texts: Readonly<Record<string, string | undefined>>;
}

/** `--full`, whole numbers from 1 on, and texts. */
export function readOptions(
  command: string,
  known: { readonly numbers: readonly string[]; readonly texts?: readonly string[] },
  words: readonly string[],
): Options | { readonly problem: string } {
  const { numbers, texts = [] } = known;
  const usage = [
    '--full',
    ...numbers.map((name) => `--${name} <number>`),
    ...texts.map((name) => `--${name} <text>`),
  ].join(', ');
  const text = { type: 'string' } as const;
  const { tokens } = parseArgs({
    args: [...words],
    options: {
      full: { type: 'boolean' },
      ...Object.fromEntries([...numbers, ...texts].map((name) => [name, text])),
    },
    strict: false,
    tokens: true,
  });
  const given = new Map<string, string>();
  let full = false;
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue;
    const word = token.kind === 'option' ? token.rawName : token.value;
    const name = token.kind === 'option' ? token.name : '';
    if (name === 'full' && token.kind === 'option' && token.value === undefined) full = true;
    else if (token.kind === 'option' && [...numbers, ...texts].includes(name)) {
      const value = token.value ?? '';
      if (numbers.includes(name) ? !/^[1-9]\d{0,5}$/.test(value) : value === '') {
        const wants = numbers.includes(name) ? 'a whole number from 1 on' : 'a text';
        return { problem: `${command}: ${word} takes ${wants}, not "${value}".` };
      }
      given.set(name, value);
    } else return { problem: `${command}: there is no "${word}"; it takes ${usage}.` };
  }
  const pick = (name: string): string | undefined => given.get(name);
  return {
    full,
    numbers: Object.fromEntries(
      numbers.map((name) => [name, pick(name) === undefined ? undefined : Number(pick(name))]),
    ),
    texts: Object.fromEntries(texts.map((name) => [name, pick(name)])),
  };
}
