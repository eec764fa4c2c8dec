/** Contents whose texts exist: what a person has written, and the texts as the panel would send them. */
import { canonicalText } from '#core/canonical';
import type { ConfigChange, Content, KeyChange, SqlScript, TextRef } from '#core/content';
import { putText } from '#app/put-text';
import { sha256 } from '#forge/sha256';
import { TEXT_PIECE_MAX_CHARS } from '#wire/page';
import { aConfigChange, aContent, aScript } from './builders';
import type { MemoryPorts } from './memory-ports';

export interface Written {
  readonly content: Content;
  readonly texts: readonly string[];
}

interface WrittenScript extends Partial<Omit<SqlScript, 'text' | 'undo'>> {
  readonly text: string;
  readonly undo?: string;
}

interface WrittenChange extends Partial<Omit<ConfigChange, 'changes' | 'keys'>> {
  readonly keys: readonly KeyChange[];
}

export const refOf = (text: string): TextRef => ({
  sha256: sha256(text),
  bytes: Buffer.byteLength(text),
});

export const setKey = (key: string, text = 'on'): KeyChange => ({
  action: 'set',
  key,
  value: { kind: 'text', text },
});

/** A content with these scripts and changes beside the usual site. */
export function written(
  scripts: readonly WrittenScript[],
  changes: readonly WrittenChange[] = [],
  over: Partial<Content> = {},
): Written {
  const sql = scripts.map(({ text, undo, ...rest }) =>
    aScript({ ...rest, text: refOf(text), ...(undo === undefined ? {} : { undo: refOf(undo) }) }),
  );
  const config = changes.map(({ keys, ...rest }) =>
    aConfigChange({ ...rest, changes: refOf(canonicalText(keys)), keys: keys.length }),
  );
  return {
    content: aContent({ sql, config, ...over }),
    texts: [
      ...scripts.flatMap(({ text, undo }) => (undo === undefined ? [text] : [text, undo])),
      ...changes.map(({ keys }) => canonicalText(keys)),
    ],
  };
}

/** Sends a text as the panel does; the last answer. */
export async function sendText(
  ports: MemoryPorts,
  issueId: string,
  accountId: string,
  text: string,
) {
  const count = Math.ceil(text.length / TEXT_PIECE_MAX_CHARS);
  for (let index = 0; index < count; index += 1) {
    const piece = text.slice(index * TEXT_PIECE_MAX_CHARS, (index + 1) * TEXT_PIECE_MAX_CHARS);
    const sent = { issueId, accountId, sha256: sha256(text), index, count, piece };
    const outcome = await putText(ports, sent);
    if (outcome.kind === 'refused') throw new Error(outcome.sentence);
  }
}
