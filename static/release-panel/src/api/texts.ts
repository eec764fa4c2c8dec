/** Texts by their digest: read piece by piece from the app, and sent to it so. */
import type { TEXT_PIECE_MAX_CHARS, TextPiece } from '#wire/page';
import { textPieces } from '../text-pieces';
import { ask } from './app';

/** The type repeats the wire's number: a page takes no values from there, because that would bring zod. */
const PIECE_MAX_CHARS: typeof TEXT_PIECE_MAX_CHARS = 100_000;

/** One piece of a text that the release's content names. */
export async function readPiece(sha256: string, offset: number): Promise<TextPiece> {
  const answer = await ask('text.get', { sha256, offset });
  if (answer.kind === 'refused') throw new Error(answer.sentence);
  return answer;
}

/** The whole text. */
export async function readText(sha256: string): Promise<string> {
  let text = '';
  let offset: number | null = 0;
  while (offset !== null) {
    const piece: TextPiece = await readPiece(sha256, offset);
    text += piece.text;
    offset = piece.nextOffset;
  }
  return text;
}

/** Sends a text in pieces, one after the other; throws the app's sentence when it refuses one. */
export async function sendText(sha256: string, text: string, onPiece: () => void): Promise<void> {
  const pieces = textPieces(text, PIECE_MAX_CHARS);
  for (const [index, piece] of pieces.entries()) {
    const outcome = await ask('text.put', { sha256, index, count: pieces.length, piece });
    if (outcome.kind === 'refused') throw new Error(outcome.sentence);
    onPiece();
  }
}

/** How many pieces a text is sent in. */
export const pieceCount = (text: string): number => textPieces(text, PIECE_MAX_CHARS).length;
