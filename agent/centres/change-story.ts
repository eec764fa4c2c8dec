/** What the story of one namespace in one step needs, and how it is told. */
import type { Failure } from '#core/failure';
import type { ConfigStep, RestoreStep } from '#core/plan-step';
import { NOTE_MAX_CHARS } from '#wire/agent';
import type { AgentAct, HostState } from '#wire/agent';
import type { PartEnd } from '../bound-step';
import { cutText } from '../cut-text';
import type { Hold } from '../hold';
import { judgeOutbid } from '../outbid';
import type { Agent } from '../ports/agent';
import type { NamespaceRecord, Writer } from './namespace-record';
import type { NamespacePlace, NamespaceStore, WriteEnd } from './namespace-store';

export interface ChangeStory {
  readonly agent: Agent;
  readonly hold: Hold;
  readonly step: ConfigStep | RestoreStep;
}

/** The namespace as sentences say it. */
export const nameOf = ({ step, hold }: ChangeStory): string =>
  `${step.application}/${step.namespace} in ${hold.claim.environment}`;

/** Where the namespace stands in its store. */
export const placeOf = ({ step, hold }: ChangeStory): NamespacePlace => ({
  environment: hold.claim.environment,
  application: step.application,
  namespace: step.namespace,
});

/** Who writes, for the namespace's history. */
export const writerOf = ({ step, hold }: ChangeStory): Writer => ({
  ...hold.ref,
  plan: hold.claim.planDigest,
  change: step.change,
  act: step.stage === 'CONFIG' ? 'apply' : 'restore',
});

/** The step's store, or why agent.yml has none. */
export function storeOf({
  agent,
  hold,
  step,
}: ChangeStory): NamespaceStore | { readonly failure: Failure } {
  const { environment } = hold.claim;
  const sentence = `${agent.settings.file} has no centre ${step.centre} for ${environment}; add it there, or correct the change's centre.`;
  return (
    agent.centres.find(step.centre, environment) ?? { failure: { class: 'permission', sentence } }
  );
}

/** Tells the app how the change stands. */
export async function tell(
  { agent, hold, step }: ChangeStory,
  state: HostState,
  note = '',
  acts: readonly AgentAct[] = [],
): Promise<void> {
  await agent.journal.tell(hold.ref.job, {
    at: agent.app.serverSeconds(),
    step: step.id,
    host: step.change,
    state,
    note: cutText(agent.redact(note), NOTE_MAX_CHARS),
    milliseconds: 0,
    ...(acts.length > 0 && { acts: [...acts] }),
  });
}

/** Tells the failure and ends with it. */
export async function fail(
  story: ChangeStory,
  failure: Failure,
  acts: readonly AgentAct[] = [],
): Promise<{ readonly kind: 'failed'; readonly failure: Failure }> {
  await tell(story, 'failed', failure.sentence, acts);
  return { kind: 'failed', failure };
}

/** How a write ends for the job; `noteOf` says what was done. */
export async function endOf(
  story: ChangeStory,
  written: WriteEnd,
  noteOf: (record: NamespaceRecord) => string,
): Promise<PartEnd> {
  switch (written.kind) {
    case 'written':
    case 'written-before':
      await tell(story, 'done', noteOf(written.record), [
        writtenAct(written.record, written.kind === 'written-before'),
      ]);
      return { kind: 'succeeded' };
    case 'superseded': {
      const end = await judgeOutbid(story.agent, story.hold, {
        target: `Namespace ${nameOf(story)}`,
        seen: written.seen,
        kept: `fence of writer in ${written.file}`,
        sentence: written.sentence,
      });
      if (end.kind === 'failed')
        await tell(story, 'failed', end.failure.sentence, [unwrittenAct(story)]);
      return end;
    }
    case 'failed': {
      const failure = { class: 'config', sentence: written.sentence } as const;
      return fail(story, failure, [unwrittenAct(story)]);
    }
  }
}

/** A write that the store did not take, as entries tell it for the audit. */
function unwrittenAct(story: ChangeStory): AgentAct {
  const { act, fence } = writerOf(story);
  return { what: act, result: 'failed', fence, of: 'no revision' };
}

/** A write as entries tell it for the audit; `found`: the store has it from an earlier try. */
export const writtenAct = ({ revision, writer }: NamespaceRecord, found: boolean): AgentAct => ({
  what: writer.act,
  result: 'done',
  fence: writer.fence,
  of: `revision ${revision}`,
  ...(found && { found }),
});
