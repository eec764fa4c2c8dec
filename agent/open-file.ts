/** An open file from its beginning, whatever becomes of its name meanwhile. */
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';

/** For one reader. */
const PIECE_BYTES = 256 * 1024;

/** For one of many readers, of which each keeps a piece while its host takes it: what one packet of ssh holds. */
export const PACKET_BYTES = 32 * 1024;

/** The file's bytes; any number of readers at once, since none moves its position. */
export async function* readFrom(
  file: FileHandle,
  pieceBytes = PIECE_BYTES,
): AsyncGenerator<Uint8Array> {
  for (let position = 0; ;) {
    const piece = Buffer.allocUnsafe(pieceBytes);
    const { bytesRead } = await file.read(piece, 0, pieceBytes, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield piece.subarray(0, bytesRead);
  }
}

/** SHA-256 of the file's bytes, in lower-case hex. */
export async function digestOf(file: FileHandle): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of readFrom(file)) hash.update(piece);
  return hash.digest('hex');
}
