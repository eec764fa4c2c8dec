/** A text of the job by its digest: fetched piece by piece, believed only if its bytes have that digest. */
import type { Failure } from '#core/failure';
import { waitAfter } from './back-off';
import type { Hold, Stop } from './hold';
import { sha256Hex } from './keys';
import type { Agent } from './ports/agent';

export type FetchedText =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | Stop;

/** Waits while the app cannot be reached. `what` names the text in sentences: `plan`, `script 01-orders`. */
export async function fetchText(
  { app, clock }: Agent,
  hold: Hold,
  digest: string,
  what: string,
): Promise<FetchedText> {
  let text = '';
  for (let failures = 0; ;) {
    const permit = await hold.mayBegin();
    if (permit.kind !== 'yes') return permit;
    const result = await app.fetch(hold.ref, digest, text.length);
    hold.hear(result);
    if (result.kind === 'answered') {
      failures = 0;
      text += result.answer.text;
      if (result.answer.nextOffset === null) return believed(text, digest, what);
      if (result.answer.nextOffset !== text.length || result.answer.text === '') {
        return fail(`The app sent the pieces of the ${what} out of order`);
      }
      continue;
    }
    if (result.kind === 'refused' && isFinal(result.error))
      return { kind: 'lost', why: result.message };
    await clock.sleep(waitAfter(result, failures), hold.over);
    failures += 1;
  }
}

const believed = (text: string, digest: string, what: string): FetchedText =>
  sha256Hex(text) === digest
    ? { kind: 'text', text }
    : fail(`The ${what} that the app sent is not the approved one (its SHA-256 is not ${digest})`);

const isFinal = (error: string): boolean =>
  ['stale', 'taken', 'gone', 'invalid', 'gap'].includes(error);

const fail = (what: string): FetchedText => ({
  kind: 'failed',
  failure: {
    class: 'permission',
    sentence: `${what}; retry, and if it comes again save the release's content anew.`,
  },
});
