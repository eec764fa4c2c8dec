/**
 * Texts by their SHA-256, over keys and values. `blob.<digest>` names a text's pieces in their order and is
 * written last; `piece.<digest>` holds a piece by its own SHA-256, so that nobody can write another piece in its
 * place. `upload.<issue>.<digest>.<n>` names what has arrived of a text that is on its way, and runs out by
 * itself. A sweep finds what nobody needs by listing the keys that begin with `piece.`: whatever no `blob.` and no
 * `upload.` names, and any `blob.` that neither a plan nor an event of a release names.
 */
import { z } from 'zod';
import type { Joined, Texts, TextSlice, Upload } from '#app/ports';
import { sha256 } from './sha256';

/** Where texts lie. */
export interface KeyValues {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<void>;
  /** Gone some time after that many days. */
  setForDays(key: string, value: unknown, days: number): Promise<void>;
}

/** Size of one piece as Forge stores it; its limit is 240 KiB a value. Source: platform-quotas-and-limits. */
const PIECE_MAX_BYTES = 150 * 1024;

/** How long a text may take to arrive. */
const UPLOAD_DAYS = 2;

const PieceRef = z.object({ digest: z.string(), chars: z.int() });
type PieceRef = z.infer<typeof PieceRef>;

const Head = z.object({ bytes: z.int(), pieces: z.array(PieceRef) });
type Head = z.infer<typeof Head>;

const Arrived = z.object({ count: z.int(), pieces: z.array(PieceRef) });

/** The texts of a store. */
export function createTexts(values: KeyValues): Texts {
  const putPieces = (text: string): Promise<PieceRef[]> =>
    Promise.all(
      piecesOf(text).map(async (piece) => {
        const digest = sha256(piece);
        await values.set(pieceKey(digest), piece);
        return { digest, chars: piece.length };
      }),
    );

  const headOf = async (digest: string): Promise<Head | undefined> => {
    const head = await values.get(headKey(digest));
    return head === undefined ? undefined : Head.parse(head);
  };

  const readPieces = async (refs: readonly PieceRef[], what: string): Promise<string> => {
    const pieces = refs.map(async ({ digest }) => {
      const piece = await values.get(pieceKey(digest));
      if (typeof piece === 'string' && sha256(piece) === digest) return piece;
      throw new Error(`The stored text ${what} is damaged: the digest of a piece is another.`);
    });
    return (await Promise.all(pieces)).join('');
  };

  const arrivedOf = async (upload: Upload): Promise<readonly PieceRef[] | undefined> => {
    const read = async (index: number) => {
      const value = await values.get(uploadKey(upload, index));
      return value === undefined ? undefined : Arrived.parse(value);
    };
    const first = await read(0);
    if (!first) return undefined;
    const others = Array.from({ length: first.count - 1 }, (_, index) => read(index + 1));
    const all = [first, ...(await Promise.all(others))];
    const whole = all.flatMap((arrived) => (arrived?.count === first.count ? [arrived] : []));
    return whole.length === first.count ? whole.flatMap(({ pieces }) => pieces) : undefined;
  };

  return {
    async putText(text) {
      const digest = sha256(text);
      if ((await headOf(digest)) !== undefined) return digest;
      const head: Head = { bytes: Buffer.byteLength(text), pieces: await putPieces(text) };
      await values.set(headKey(digest), head);
      return digest;
    },
    async getText(digest) {
      const head = await headOf(digest);
      if (!head) return undefined;
      const text = await readPieces(head.pieces, digest);
      if (sha256(text) === digest) return text;
      throw new Error(`The stored text ${digest} is damaged: its digest is another.`);
    },
    async getSlice(digest, offset, maxChars) {
      const head = await headOf(digest);
      return head && sliceOf(head, offset, maxChars, (refs) => readPieces(refs, digest));
    },
    async putPiece(upload, { index, count }, piece) {
      const pieces = await putPieces(piece);
      await values.setForDays(uploadKey(upload, index), { count, pieces }, UPLOAD_DAYS);
    },
    async joinPieces(upload): Promise<Joined> {
      const known = await headOf(upload.digest);
      if (known) return { kind: 'whole', bytes: known.bytes };
      const pieces = await arrivedOf(upload);
      if (!pieces) return { kind: 'missing' };
      const text = await readPieces(pieces, upload.digest);
      if (sha256(text) !== upload.digest) return { kind: 'different' };
      const head: Head = { bytes: Buffer.byteLength(text), pieces: [...pieces] };
      await values.set(headKey(upload.digest), head);
      return { kind: 'whole', bytes: head.bytes };
    },
  };
}

/** Only the pieces that the slice lies in are read. */
async function sliceOf(
  { pieces }: Head,
  offset: number,
  maxChars: number,
  read: (refs: readonly PieceRef[]) => Promise<string>,
): Promise<TextSlice> {
  let start = 0;
  let firstStart: number | undefined;
  const touched: PieceRef[] = [];
  for (const ref of pieces) {
    if (start + ref.chars > offset && start < offset + maxChars) {
      firstStart ??= start;
      touched.push(ref);
    }
    start += ref.chars;
  }
  const from = offset - (firstStart ?? offset);
  const text = (await read(touched)).slice(from, from + maxChars);
  return { text, totalChars: start };
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
const pieceKey = (digest: string): string => `piece.${digest}`;
const uploadKey = ({ issueId, digest }: Upload, index: number): string =>
  `upload.${issueId}.${digest}.${String(index)}`;
