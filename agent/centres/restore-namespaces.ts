/** The way back of a plan's configuration. */
import type { RestoreStep } from '#core/plan-step';
import type { PartEnd } from '../bound-step';
import type { Hold } from '../hold';
import type { Agent } from '../ports';
import { endOf, fail, nameOf, placeOf, storeOf, tell, writerOf } from './change-story';
import type { ChangeStory } from './change-story';
import { areEqual } from './namespace-record';
import type { NamespaceRecord, Values } from './namespace-record';
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
      await tell(story, 'done', way.note);
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
  | { readonly kind: 'nothing-to-do'; readonly note: string }
  | { readonly kind: 'changed-since'; readonly sentence: string };

/** From the newest record back over everything that this plan wrote in one go. */
async function wayBack(
  store: NamespaceStore,
  story: ChangeStory,
  newest: NamespaceRecord | null,
): Promise<Way> {
  const { planDigest } = story.hold.claim;
  let snapshot: Values | undefined;
  let latest: NamespaceRecord | undefined;
  for await (const record of store.history(placeOf(story))) {
    latest ??= record;
    const isOurs = record.writer.plan === planDigest;
    if (isOurs && record.writer.act === 'restore' && snapshot === undefined) {
      return { kind: 'nothing-to-do', note: 'it was put back before' };
    }
    if (snapshot !== undefined) {
      if (!isOurs || record.writer.act !== 'apply') break;
      if (!areEqual(record.values, snapshot)) return editedSince(story);
      snapshot = record.before;
    } else if (isOurs) {
      if (latest !== record) return changedSince(story, latest);
      if (!newest || !areEqual(newest.values, record.values)) return editedSince(story);
      snapshot = record.before;
    }
  }
  return snapshot === undefined
    ? { kind: 'nothing-to-do', note: 'this release has not changed it' }
    : { kind: 'snapshot', values: snapshot };
}

const REMEDY = 'it stays as it is: put its keys back by hand, or release a change that does';

/** Another release came after this one. */
const changedSince = (story: ChangeStory, { writer, revision }: NamespaceRecord): Way => ({
  kind: 'changed-since',
  sentence: `The configuration ${nameOf(story)} was changed again after this release, by job ${writer.job} (revision ${revision}); ${REMEDY}.`,
});

/** The file does not hold what its history says. */
const editedSince = (story: ChangeStory): Way => ({
  kind: 'changed-since',
  sentence: `The configuration ${nameOf(story)} was edited outside Interlock since this release began; ${REMEDY}.`,
});
