/** Texts as the panel's editor stores them: by their digest, in pieces. */
import { createHash } from 'node:crypto';
import type { JiraClient } from './jira-client';

export interface StoredText {
  readonly sha256: string;
  readonly bytes: number;
}

const PIECE_CHARS = 100_000;

/** Stores a text for a release's content. */
export async function putText(
  jira: JiraClient,
  issueKey: string,
  text: string,
): Promise<StoredText> {
  const sha256 = createHash('sha256').update(text).digest('hex');
  const pieces = piecesOf(text);
  for (const [index, piece] of pieces.entries()) {
    const payload = { sha256, index, count: pieces.length, piece };
    await jira.invoke({ module: 'release-panel', name: 'text.put', issueKey, payload });
  }
  return { sha256, bytes: Buffer.byteLength(text) };
}

/** A character of two halves stays whole. */
function piecesOf(text: string): readonly string[] {
  const pieces: string[] = [];
  for (let from = 0; from < text.length;) {
    const isSplit = /[\uD800-\uDBFF]/.test(text[from + PIECE_CHARS - 1] ?? '');
    const to = from + PIECE_CHARS - (isSplit ? 1 : 0);
    pieces.push(text.slice(from, to));
    from = to;
  }
  return pieces;
}
