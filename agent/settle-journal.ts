/** What an earlier life of the agent began and did not see end: each host is asked and says NEW or OLD. */
import { askState, hasHappened } from './ask-state';
import { STATES } from './act';
import type { Hold } from './hold';
import { earlierActs, ownAct, settledAct } from './host-acts';
import { entryOf } from './host-story';
import type { HostStory } from './host-story';
import { inParallel } from './in-parallel';
import type { Lines } from './lines';
import type { BoundStep, PartEnd } from './bound-step';
import { judgeOutbid } from './outbid';
import type { Agent } from './ports/agent';
import type { JournaledIntent } from './ports/journal';
import { questionAbout } from './questions';
import { severest } from './severest';
import { doneWords } from './way-back-words';

/**
 * Settles the job's open intents. What has happened is written down as done; what has not is done
 * again by the ordinary story. A host that does not say becomes a question. All of them are asked, also after one
 * that ends the stage: no later job tells of what this one did.
 */
export async function settleJournal(
  agent: Agent,
  hold: Hold,
  steps: readonly BoundStep[],
  lines: Lines,
): Promise<PartEnd> {
  const intents = await agent.journal.intentsOf(hold.ref.job);
  const open = intents.filter(({ result }) => result === null);
  const ends: PartEnd[] = [];
  // One after the other: two sites may share a machine, and its connection.
  for (const step of steps) ends.push(await settleStep({ agent, hold, lines }, step, open));
  return severest(ends);
}

async function settleStep(
  work: Pick<HostStory, 'agent' | 'hold' | 'lines'>,
  { step, targets }: BoundStep,
  open: readonly JournaledIntent[],
): Promise<PartEnd> {
  const hosts = targets
    .map((target): OpenHost => ({
      story: { ...work, step, target },
      intents: open.filter((intent) => intent.step === step.id && intent.host === target.host.id),
    }))
    .filter(({ intents }) => intents.length > 0);
  const ends = await inParallel(
    hosts,
    work.agent.settings.limits.hostsAtOnce,
    settleHost,
    ({ kind }) => kind !== 'lost' && kind !== 'interrupted',
  );
  return severest(ends);
}

interface OpenHost {
  readonly story: HostStory;
  /** What is open there, oldest first. */
  readonly intents: readonly JournaledIntent[];
}

async function settleHost({ story, intents }: OpenHost): Promise<PartEnd> {
  const ends: PartEnd[] = [];
  for (const intent of intents) ends.push(await settleIntent(story, intent));
  return severest(ends);
}

const ASKED = 'The agent asked the host after an interruption.';

async function settleIntent(story: HostStory, intent: JournaledIntent): Promise<PartEnd> {
  const { journal } = story.agent;
  const meant = { act: intent.act, fence: intent.fence, release: intent };
  const asked = await askState(story, story.hold.ref.fence);
  if (asked.kind === 'lost') return asked;
  const unknown = [ownAct(story, meant, 'unknown')];
  if (asked.kind === 'outbid') {
    const end = await judgeOutbid(story.agent, story.hold, asked.outbid);
    if (end.kind === 'failed') {
      const { sentence } = end.failure;
      await journal.tell(intent.job, entryOf(story, 'failed', sentence, 0, unknown));
    }
    return end;
  }
  if (asked.kind === 'silent') {
    // A package that is half copied changes nothing that is served: staging will say what is wrong.
    if (intent.act === 'stage') return { kind: 'succeeded' };
    const question = questionAbout(story, intent.act, intent, asked.sentence);
    await journal.tell(intent.job, entryOf(story, 'unknown', question, 0, unknown));
    return { kind: 'unknown', question };
  }
  const happened = hasHappened(intent.act, intent, asked.facts);
  const { begun, done } = STATES[intent.act];
  const note = `${ASKED} ${happened ? doneWords(intent) : ''}`.trim();
  const acts = [
    settledAct(story, meant, asked.facts, happened),
    ...earlierActs(story.hold, asked.facts),
  ];
  await journal.writeResult(
    intent.serial,
    happened ? 'done, as the host says' : 'not done, as the host says',
    entryOf(story, happened ? done : begun, note, 0, acts),
  );
  return { kind: 'succeeded' };
}
