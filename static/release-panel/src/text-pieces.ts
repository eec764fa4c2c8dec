/** Cuts texts, and takes their digest. */

/** Never between the two halves of one character: JSON would carry each half as another one. */
export const textPieces = (text: string, longest: number): readonly string[] =>
  cut(text, (start) => endOfPiece(text, start, longest));

/** The same behind line ends, where there is one in reach. A text that grows at its end keeps all its blocks but the last. */
export const textBlocks = (text: string, longest: number): readonly string[] =>
  cut(text, (start) => {
    const end = endOfPiece(text, start, longest);
    const lines = text.slice(start, end).lastIndexOf('\n') + 1;
    return end >= text.length || lines === 0 ? end : start + lines;
  });

function cut(text: string, endOf: (start: number) => number): readonly string[] {
  const pieces: string[] = [];
  for (let start = 0; start < text.length;) {
    const end = endOf(start);
    pieces.push(text.slice(start, end));
    start = end;
  }
  return pieces;
}

function endOfPiece(text: string, start: number, longest: number): number {
  const end = start + longest;
  return end < text.length && isHighSurrogate(text.charCodeAt(end - 1)) ? end - 1 : end;
}

const isHighSurrogate = (unit: number): boolean => (unit & 0xfc00) === 0xd800;

/** Names a text as the app does: by the SHA-256 of its UTF-8 bytes, beside the thread that draws. */
export async function textDigest(
  text: string,
): Promise<{ readonly sha256: string; readonly bytes: number }> {
  const bytes = new Uint8Array(new TextEncoder().encode(text));
  return { sha256: await bytesDigest(bytes.buffer), bytes: bytes.length };
}

/** SHA-256 in lower-case hex. */
export async function bytesDigest(bytes: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
