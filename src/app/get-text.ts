/** A person reads a text that the release names or has named. */
import { sentenceOf } from '#core/refusal';
import type { PanelAnswers } from '#wire/page';
import type { ReleaseRecord } from '#wire/records';
import { segmentKey } from './commit';
import { textsOfContent } from './named-texts';
import { refused } from './outcome';
import type { Ports } from './ports';
import { pieceAt } from './text-piece';

/** Segments of the history that are read at once. */
const SEGMENTS_AT_ONCE = 20;

/** Jira shows the panel to people who may browse the issue; no text of another issue is read through it. */
export async function getText(
  ports: Ports,
  input: { readonly issueId: string; readonly sha256: string; readonly offset: number },
): Promise<PanelAnswers['text.get']> {
  const record = await ports.store.get('release', input.issueId);
  if (!record) return refused(sentenceOf({ why: 'not-a-release' }));
  const isNamed =
    names(record.state.content, input.sha256) || (await wasNamed(ports, record, input));
  const piece = isNamed ? await pieceAt(ports.store, input.sha256, input.offset) : undefined;
  return piece ? { kind: 'piece', ...piece } : refused(UNKNOWN);
}

const UNKNOWN = 'This release names no such text; reload the issue to see what it holds now.';

type Named = ReleaseRecord['state']['content'];

const names = (content: Named, digest: string): boolean =>
  content !== null && textsOfContent(content).some(({ sha256 }) => sha256 === digest);

/** Whatever a plan names, some content has named before: the history holds every content. */
async function wasNamed(
  { store }: Ports,
  { state, history }: ReleaseRecord,
  { sha256 }: { readonly sha256: string },
): Promise<boolean> {
  for (let last = history.segments; last > 0; last -= SEGMENTS_AT_ONCE) {
    const numbers = Array.from(
      { length: Math.min(SEGMENTS_AT_ONCE, last) },
      (_, back) => last - back,
    );
    const segments = await Promise.all(
      numbers.map((segment) => store.get('events', segmentKey(state.issueId, segment))),
    );
    const isFound = segments
      .flatMap((segment) => segment?.events ?? [])
      .some((event) => event.type === 'content-edited' && names(event.content, sha256));
    if (isFound) return true;
  }
  return false;
}
