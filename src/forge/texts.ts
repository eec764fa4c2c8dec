/** Content by its SHA-256, in pieces that fit into Forge KVS; the head is written last and names their number. */
import { kvs } from '@forge/kvs';
import { z } from 'zod';
import { sha256 } from './sha256';
import { StoreError } from './store-error';

/** Size of one piece as Forge stores it; its limit is 240 KiB a value. Source: platform-quotas-and-limits. */
const PIECE_MAX_BYTES = 150 * 1024;

const Head = z.object({ pieces: z.int().min(0) });
const Piece = z.string();

/** Writes the pieces, then the head; a text that is there already is not written again. */
export async function putText(text: string): Promise<string> {
  const digest = sha256(text);
  try {
    if ((await kvs.get(headKey(digest))) !== undefined) return digest;
    const pieces = piecesOf(text);
    await Promise.all(pieces.map((piece, index) => kvs.set(pieceKey(digest, index), piece)));
    await kvs.set(headKey(digest), { pieces: pieces.length });
    return digest;
  } catch (error) {
    throw new StoreError(`storing the text ${digest}`, error);
  }
}

/** The text of a digest; throws when what is stored is not that text. */
export async function getText(digest: string): Promise<string | undefined> {
  const head = await readKey(headKey(digest));
  if (head === undefined) return undefined;
  const keys = Array.from({ length: Head.parse(head).pieces }, (_, index) =>
    pieceKey(digest, index),
  );
  const pieces = await Promise.all(keys.map(readKey));
  const text = pieces.map((piece) => Piece.parse(piece)).join('');
  if (sha256(text) !== digest) {
    throw new Error(`The stored text ${digest} is damaged: its digest is another.`);
  }
  return text;
}

async function readKey(key: string): Promise<unknown> {
  try {
    return await kvs.get(key);
  } catch (error) {
    throw new StoreError(`reading ${key}`, error);
  }
}

function piecesOf(text: string): readonly string[] {
  const pieces: string[] = [];
  for (let start = 0; start < text.length;) {
    const end = endOfPiece(text, start);
    pieces.push(text.slice(start, end));
    start = end;
  }
  return pieces;
}

/** Shrinks a piece until it fits as JSON in UTF-8: a character takes 1 to 6 bytes there. */
function endOfPiece(text: string, start: number): number {
  let length = Math.min(text.length - start, PIECE_MAX_BYTES);
  for (;;) {
    const bytes = Buffer.byteLength(JSON.stringify(text.slice(start, start + length)));
    if (bytes <= PIECE_MAX_BYTES) break;
    length = Math.floor((length * (PIECE_MAX_BYTES - 2)) / bytes);
  }
  const end = start + length;
  return end < text.length && isHighSurrogate(text, end - 1) ? end - 1 : end;
}

const isHighSurrogate = (text: string, index: number): boolean =>
  (text.charCodeAt(index) & 0xfc00) === 0xd800;

const headKey = (digest: string): string => `blob.${digest}`;
const pieceKey = (digest: string, index: number): string => `blob.${digest}.${String(index)}`;
