/** Secrets that a program has broken into lines or groups: base64 in columns, hex with marks between its bytes, dumps of bytes. */

export interface BrokenSecrets {
  learn(secret: string): void;
  /** The text without what it shows of a secret in that way; `mask` stands in its place. */
  mask(text: string, mask: string): string;
}

/** So many characters of base64 or hex stand for six bytes, which are enough to tell a secret from other things. */
const PIECE = { base64: 8, hex: 12 } as const;
/** Pieces are known at every third byte, so that eight bytes in a row always hold a known one. */
const STEP = { base64: 4, hex: 6 } as const;
/** Eight bytes and more; the lines of a folded text are longer. */
const BASE64_RUN = /[A-Za-z0-9+/_-]{11,}/g;
/** Dumps put blanks between bytes, `openssl` `:`, .NET `-`, `xxd -i` `, 0x`, strings of programs `\x`, URLs `%`. */
const HEX_RUN = /(?:[0-9A-Fa-f]{2}(?: {0,2}|[:%-]|,? ?0x|\\{1,2}x)){8,}/g;
/** What stands between the digits of bytes. */
const HEX_MARKS = /0x|[^0-9A-Fa-f]/g;

/** Base64 for URLs has two marks of its own. */
const standard = (run: string): string => run.replaceAll('-', '+').replaceAll('_', '/');

/** Knows no secret yet. */
export function createBrokenSecrets(): BrokenSecrets {
  const known = new Set<string>();
  const learnPieces = (text: string, kind: keyof typeof PIECE): void => {
    const last = text.length - PIECE[kind];
    for (let from = 0; from < last; from += STEP[kind])
      known.add(text.slice(from, from + PIECE[kind]));
    if (last >= 0) known.add(text.slice(last));
  };
  const shows = (run: string, kind: keyof typeof PIECE): boolean => {
    for (let from = 0; from + PIECE[kind] <= run.length; from += 1)
      if (known.has(run.slice(from, from + PIECE[kind]))) return true;
    return false;
  };
  const masked = (line: string, mask: string): string => {
    for (const { 0: run, index } of line.matchAll(HEX_RUN)) {
      const digits = run.replace(HEX_MARKS, '').toLowerCase();
      // A dump shows the same bytes as letters at the end of its line.
      if (shows(digits, 'hex')) return line.slice(0, index) + mask;
    }
    return line.replace(BASE64_RUN, (run) => (shows(standard(run), 'base64') ? mask : run));
  };
  return {
    learn: (secret) => {
      const bytes = Buffer.from(secret);
      learnPieces(bytes.toString('hex'), 'hex');
      for (const before of [0, 1, 2]) {
        const whole = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
        // What stands beside a secret has a part in the characters at its ends.
        const end = Math.floor(((before + bytes.length) * 8) / 6);
        learnPieces(whole.slice(Math.ceil((before * 8) / 6), end), 'base64');
      }
    },
    mask: (text, mask) =>
      known.size === 0
        ? text
        : text
            .split('\n')
            .map((line) => masked(line, mask))
            .join('\n'),
  };
}
