/** The only place where words become text for a shell. */

/** A command is its words; nobody joins them but the transport. */
export type Command = readonly string[];

/** One line that a POSIX shell splits into exactly these words. Throws for NUL, which no word can hold. */
export function commandLine(command: Command): string {
  return command.map(quote).join(' ');
}

function quote(word: string): string {
  if (word.includes('\0')) throw new Error('A word of a command holds NUL.');
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
