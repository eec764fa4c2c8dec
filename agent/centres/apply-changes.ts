/** The configuration of a plan, namespace by namespace. */
import type { KeyChange } from '#core/content';
import type { ConfigStep } from '#core/plan-step';
import type { PartEnd } from '../bound-step';
import { fetchText } from '../fetch-text';
import type { Hold } from '../hold';
import type { Agent } from '../ports/agent';
import { endOf, fail, nameOf, placeOf, storeOf, tell, writerOf } from './change-story';
import type { ChangeStory } from './change-story';
import { changesText, changeValues, secretsIn } from './change-values';
import type { NamespaceStore } from './namespace-store';
import { parseChanges } from './parse-changes';
import { secretMissing } from './site-files';

/** Applies what is not by hand; all keys are validated before the first is written. */
export async function applyChanges(
  agent: Agent,
  hold: Hold,
  steps: readonly ConfigStep[],
): Promise<PartEnd> {
  const sound: SoundChange[] = [];
  for (const step of steps) {
    const story = { agent, hold, step };
    if (step.byHand) {
      await tell(story, 'waiting', 'applied by hand');
      continue;
    }
    const checked = await check(story, step);
    if (checked.kind !== 'sound') return checked;
    sound.push(checked.change);
  }
  for (const change of sound) {
    const end = await apply(change);
    if (end.kind !== 'succeeded') return end;
  }
  return { kind: 'succeeded' };
}

interface SoundChange {
  readonly story: ChangeStory;
  readonly store: NamespaceStore;
  readonly changes: readonly KeyChange[];
}

type Checked = { readonly kind: 'sound'; readonly change: SoundChange } | PartEnd;

async function check(story: ChangeStory, step: ConfigStep): Promise<Checked> {
  const { agent, hold } = story;
  const store = storeOf(story);
  if ('failure' in store) return fail(story, store.failure);

  const what = `configuration change ${step.change}`;
  const unfit = (why: string): Promise<PartEnd> =>
    refuse(
      story,
      `The ${what} cannot be applied: ${why}. No key was changed; iterate the release and correct the change.`,
    );
  const fetched = await fetchText(agent, hold, step.changes.sha256, what);
  if (fetched.kind === 'failed') return fail(story, fetched.failure);
  if (fetched.kind !== 'text') return fetched;
  const parsed = parseChanges(fetched.text);
  if (parsed.kind === 'strange') return unfit(parsed.why);
  const { changes } = parsed;
  if (changes.length !== step.keys) {
    return unfit(`the plan says ${step.keys} keys and its text changes ${changes.length}`);
  }
  for (const name of secretsIn(changes)) {
    const secret = await agent.centres.secrets.read(name, hold.claim.environment);
    if (secret.kind === 'absent') return refuse(story, secretMissing(name));
    if (secret.kind === 'unreadable') return refuse(story, secret.sentence);
  }
  const found = await store.read(placeOf(story));
  if (found.kind === 'damaged') return refuse(story, found.sentence);
  return { kind: 'sound', change: { story, store, changes } };
}

async function apply({ story, store, changes }: SoundChange): Promise<PartEnd> {
  const { hold } = story;
  const permit = await hold.mayBegin();
  if (permit.kind !== 'yes') return permit;
  hold.step = `configure ${nameOf(story)}`;
  await tell(story, 'running');
  const place = placeOf(story);
  // Read again: an earlier step of this plan may have changed the same namespace.
  const found = await store.read(place);
  if (found.kind === 'damaged') return refuse(story, found.sentence);
  const before = found.record?.values ?? {};
  const values = changeValues(before, changes, hold.claim.environment);
  const written = await store.write(place, values, writerOf(story));
  return endOf(
    story,
    written,
    // What it held when this was written, so that a claim that comes again says the same.
    ({ before: held, revision }) =>
      `${changesText(changes, held, hold.claim.environment)}; it is revision ${revision} now`,
  );
}

const refuse = (story: ChangeStory, sentence: string) => fail(story, { class: 'config', sentence });
