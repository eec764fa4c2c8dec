/** Text from machines, made harmless before people read it. */

/** Colours, cursor moves and titles of terminals. Source: ECMA-48, control sequences and operating system commands. */
const TERMINAL_SEQUENCES =
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b\]|\u009d)[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?/gu;

/** Control characters, other breaks of lines, and what turns the direction of writing or is not seen. */
const UNSEEN =
  /[\p{Cc}\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060\u2066-\u2069\ufeff]/gu;

/** The text without what only terminals see. */
export const withoutColours = (text: string): string => text.replace(TERMINAL_SEQUENCES, '');

/** One line that reads as what it is. */
export const plainText = (text: string): string =>
  withoutColours(text)
    .replace(UNSEEN, ' ')
    .replace(/\p{Surrogate}/gu, '\ufffd');
