/** Texts that are longer than their reader takes. */

/** The text's beginning, at most `maxChars` long. Where a character is cut in two, no half of it is left. */
export const cutText = (text: string, maxChars: number): string =>
  text.slice(0, maxChars).replace(/\p{Surrogate}$/u, '\ufffd');
