/** The way back of a plan's configuration. */
import type { RestoreStep } from '#core/plan-step';
import type { AgentAct } from '#wire/agent';
import type { PartEnd } from '../bound-step';
import type { Hold } from '../hold';
import type { Agent } from '../ports/agent';
import { endOf, fail, nameOf, placeOf, storeOf, tell, writerOf, writtenAct } from './change-story';
import type { ChangeStory } from './change-story';
import { areEqual } from './namespace-record';
import type { NamespaceRecord, Values } from './namespace-record';
import { standingLayers } from './standing-layers';
import type { NamespaceStore } from './namespace-store';

/** Puts each namespace back to what it held before the plan. */
export async function restoreNamespaces(
  agent: Agent,
  hold: Hold,
  steps: readonly RestoreStep[],
): Promise<PartEnd> {
  for (const step of steps) {
    const story = { agent, hold, step };
    if (step.byHand) {
      await tell(story, 'waiting', 'put back by hand');
      continue;
    }
    const end = await restore(story);
    if (end.kind !== 'succeeded') return end;
  }
  return { kind: 'succeeded' };
}

async function restore(story: ChangeStory): Promise<PartEnd> {
  const { hold } = story;
  const permit = await hold.mayBegin();
  if (permit.kind !== 'yes') return permit;
  const store = storeOf(story);
  if ('failure' in store) return fail(story, store.failure);
  hold.step = `put back ${nameOf(story)}`;
  await tell(story, 'running');

  const place = placeOf(story);
  const found = await store.read(place);
  if (found.kind === 'damaged') return fail(story, { class: 'config', sentence: found.sentence });
  const way = await wayBack(store, story, found.record);
  switch (way.kind) {
    case 'nothing-to-do':
      await tell(story, 'done', way.note, way.acts);
      return { kind: 'succeeded' };
    case 'changed-since':
      return fail(story, { class: 'config', sentence: way.sentence });
    case 'snapshot':
      return endOf(
        story,
        await store.write(place, way.values, writerOf(story)),
        ({ revision }) => `holds again what it held before; it is revision ${revision} now`,
      );
  }
}

type Way =
  | { readonly kind: 'snapshot'; readonly values: Values }
  | {
      readonly kind: 'nothing-to-do';
      readonly note: string;
      /** What an earlier try of the job has done already. */
      readonly acts: readonly AgentAct[];
    }
  | { readonly kind: 'changed-since'; readonly sentence: string };

/** What the namespace held before the plan, if the plan is what it stands on now. */
async function wayBack(
  store: NamespaceStore,
  story: ChangeStory,
  newest: NamespaceRecord | null,
): Promise<Way> {
  const { planDigest } = story.hold.claim;
  const records: NamespaceRecord[] = [];
  for await (const record of store.history(placeOf(story))) records.unshift(record);
  const layers = standingLayers(records);
  const top = layers.at(-1);
  if (!layers.some(({ plan }) => plan === planDigest)) {
    const isBack = records.some(({ writer }) => writer.plan === planDigest);
    const note = isBack ? 'it was put back before' : 'this release has not changed it';
    const { job, change, act } = writerOf(story);
    const own = records.find(
      ({ writer }) => writer.job === job && writer.change === change && writer.act === act,
    );
    return { kind: 'nothing-to-do', note, acts: own ? [writtenAct(own, true)] : [] };
  }
  if (!top || top.plan !== planDigest) return changedSince(story, top?.latest);
  if (top.isEdited || !newest || !areEqual(newest.values, top.values)) return editedSince(story);
  return { kind: 'snapshot', values: top.before };
}

const REMEDY = 'it stays as it is: put its keys back by hand, or release a change that does';

/** Another release came after this one and stands there still. */
const changedSince = (story: ChangeStory, latest: NamespaceRecord | undefined): Way => ({
  kind: 'changed-since',
  sentence: `The configuration ${nameOf(story)} was changed again after this release, by job ${latest?.writer.job ?? '-'} (revision ${latest?.revision ?? 0}); ${REMEDY}.`,
});

/** The file does not hold what its history says. */
const editedSince = (story: ChangeStory): Way => ({
  kind: 'changed-since',
  sentence: `The configuration ${nameOf(story)} was edited outside Interlock since this release began; ${REMEDY}.`,
});
