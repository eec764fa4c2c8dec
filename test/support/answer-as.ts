/** A person answers what the release asks at this moment. */
import { answerUnknown } from '#app/answer-unknown';
import type { Ports } from '#app/ports';
import type { UnknownAnswer } from '#core/release-event';
import type { Outcome } from '#wire/page';

interface Given {
  readonly issueId: string;
  readonly accountId: string;
  readonly answer: UnknownAnswer;
}

export async function answerAs(ports: Ports, given: Given): Promise<Outcome> {
  const state = (await ports.store.get('release', given.issueId))?.state;
  const about = { job: state?.run?.job ?? 'none', isAsked: (state?.question ?? null) !== null };
  return answerUnknown(ports, { ...given, about });
}
