/** One answer's worth of a text. */
import { FETCH_PIECE_MAX_CHARS } from '#wire/agent';
import type { Texts } from './ports';

/** Largest piece as it travels, so that an answer stays below 200 KB. */
const PIECE_MAX_BYTES = 190 * 1024;

export interface Piece {
  readonly text: string;
  /** Where the next piece begins; null after the last. */
  readonly nextOffset: number | null;
}

/** The piece that begins at the offset; undefined when there is no such text. */
export async function pieceAt(
  texts: Texts,
  digest: string,
  offset: number,
): Promise<Piece | undefined> {
  const slice = await texts.getSlice(digest, offset, FETCH_PIECE_MAX_CHARS);
  if (!slice) return undefined;
  const text = shortened(slice.text);
  const end = offset + text.length;
  return { text, nextOffset: end < slice.totalChars && text !== '' ? end : null };
}

function shortened(slice: string): string {
  let piece = slice;
  for (let bytes = bytesOf(piece); bytes > PIECE_MAX_BYTES; bytes = bytesOf(piece)) {
    piece = piece.slice(0, Math.floor((piece.length * PIECE_MAX_BYTES) / bytes) - 1);
  }
  return piece;
}

/** As it travels: in JSON a character takes 1 to 6 bytes. */
const bytesOf = (piece: string): number => new TextEncoder().encode(JSON.stringify(piece)).length;
