/** How several hosts' ends become one. */
import type { PartEnd } from './bound-step';
import { cutText } from './cut-text';

/** Most severe first: who has lost the job tells nobody, a question outweighs a failure. */
const SEVERITY = ['lost', 'interrupted', 'unknown', 'failed', 'refused', 'succeeded'] as const;

/** Longest question that the app takes. */
const QUESTION_MAX_CHARS = 2_000;

/** The end that stands for all; of equal ones the first, with the number of the others. */
export function severest(ends: readonly PartEnd[]): PartEnd {
  const kind = SEVERITY.find((candidate) => ends.some((end) => end.kind === candidate));
  const same = ends.filter((end) => end.kind === kind);
  const [first] = same;
  if (!first) return { kind: 'succeeded' };
  if (first.kind === 'unknown') {
    const questions = same.map((end) => (end.kind === 'unknown' ? end.question : ''));
    return { kind: 'unknown', question: cutText(questions.join('\n\n'), QUESTION_MAX_CHARS) };
  }
  if (first.kind !== 'failed' || same.length === 1) return first;
  const others = `${same.length - 1} more ${same.length === 2 ? 'host' : 'hosts'} failed as well.`;
  const { failure } = first;
  const seen = same.flatMap((end) => (end.kind === 'failed' ? (end.fenceSeen ?? []) : []));
  return {
    kind: 'failed',
    failure: { ...failure, sentence: `${failure.sentence} ${others}` },
    ...(seen.length > 0 && { fenceSeen: Math.max(...seen) }),
  };
}
