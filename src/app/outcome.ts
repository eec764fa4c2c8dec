/** What a page is told after an act: done, or one sentence why not. */
import { sentencesOf } from '#core/refusal';
import type { Outcome } from '#wire/page';
import type { CommandResult } from './run-command';

/** The page's answer to a command. */
export const outcomeOf = (result: CommandResult): Outcome =>
  result.kind === 'done' ? { kind: 'done' } : refused(sentencesOf(result.refusals));

export const refused = (sentence: string): Extract<Outcome, { kind: 'refused' }> => ({
  kind: 'refused',
  sentence,
});
