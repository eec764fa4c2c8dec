/** A person sends a text that a content is about to name, piece by piece. */
import { sentenceOf } from '#core/refusal';
import type { Outcome } from '#wire/page';
import { editRefusal, mayEditContent } from './edit-content';
import { ensureRelease } from './ensure-release';
import { refused } from './outcome';
import type { Ports } from './ports';

interface SentPiece {
  readonly issueId: string;
  readonly accountId: string;
  readonly sha256: string;
  readonly index: number;
  readonly count: number;
  readonly piece: string;
}

/** Keeps the piece; whether the pieces make the text is found out when a content names it. */
export async function putText(ports: Ports, sent: SentPiece): Promise<Outcome> {
  const { issueId, accountId, index, count, piece } = sent;
  const record = await knownRelease(ports, issueId);
  if (!record) return refused(sentenceOf({ why: 'not-a-release' }));
  const sentence =
    (await mayEditContent(ports, record, accountId)) ?? editRefusal(record.state.status);
  if (sentence !== null) return refused(sentence);
  if (index >= count) {
    return refused(
      `A text of ${String(count)} pieces has no piece ${String(index + 1)}; send the text again.`,
    );
  }
  await ports.store.putPiece({ issueId, digest: sent.sha256 }, { index, count }, piece);
  return { kind: 'done' };
}

/** Fifty pieces must not cost fifty looks at the issue. */
async function knownRelease(ports: Ports, issueId: string) {
  const known = await ports.store.get('release', issueId);
  if (known) return known;
  const issue = await ports.jira.issue(issueId);
  return issue ? ensureRelease(ports, issue) : undefined;
}
