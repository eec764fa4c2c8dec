/** Does a release's Jira effects in their order, one at a time, each once. */
import type { ReleaseRecord } from '#wire/records';
import { performEffect } from './perform-effect';
import type { EffectDone } from './perform-effect';
import type { Change, Ports } from './ports';

/** How long one call works before it leaves the rest to the next: well below Forge's 25 s. */
const WORK_SECONDS = 10;

/** For how long a worker that died keeps others away from the same effects. */
export const WORKING_SECONDS = 60;

/**
 * `again`: something is left, because Jira was not ready or the time was up. `busy`: another worker does
 * it, and is replaced only when it has died: whoever asks again sooner adds to the tasks that wait.
 */
export type WorkEnd = 'done' | 'again' | 'busy';

/** Does what is left, as far as the time goes. */
export async function workOutbox(ports: Ports, issueId: string): Promise<WorkEnd> {
  const token = ports.crypto.token(12);
  const until = ports.clock.now() + WORK_SECONDS;
  let record = await takeTurn(ports, issueId, token);
  if (record === 'nothing') return 'done';
  while (record !== 'busy' && record !== 'conflict') {
    const [effect] = record.jira.effects;
    if (!effect) return 'done';
    const outcome = await performEffect(ports, record, effect);
    if (outcome.kind === 'later') {
      await giveBack(ports, issueId, token);
      return 'again';
    }
    const left = await settleEffect(ports, issueId, token, effect.serial, outcome.jira);
    if (left === 'none') return 'done';
    if (left === 'lost' || ports.clock.now() >= until) {
      await giveBack(ports, issueId, token);
      return 'again';
    }
    record = left;
  }
  return record === 'busy' ? 'busy' : 'again';
}

/** Marks the release's effects as being worked on, so that a doubled task does not do them twice. */
async function takeTurn(
  ports: Ports,
  issueId: string,
  token: string,
): Promise<ReleaseRecord | 'busy' | 'conflict' | 'nothing'> {
  const { store, clock } = ports;
  const record = await store.get('release', issueId);
  if (!record || record.jira.effects.length === 0) return 'nothing';
  const { working } = record.jira;
  if (working && working.until > clock.now()) return 'busy';
  const taken = withJira(record, {
    ...record.jira,
    working: { token, until: clock.now() + WORKING_SECONDS },
  });
  const result = await store.transact([setRelease(taken, record.version)]);
  return result === 'done' ? taken : 'conflict';
}

/** Takes the done effect off the list. The record may have grown or been repaired meanwhile: only the first effect is ours. */
async function settleEffect(
  ports: Ports,
  issueId: string,
  token: string,
  serial: number,
  change: EffectDone['jira'],
): Promise<ReleaseRecord | 'none' | 'lost'> {
  for (;;) {
    const record = await ports.store.get('release', issueId);
    if (record?.jira.working?.token !== token || record.jira.effects[0]?.serial !== serial)
      return 'lost';
    const jira = change({
      ...record,
      jira: { ...record.jira, effects: record.jira.effects.slice(1) },
    });
    const finished = jira.effects.length === 0;
    const after = withJira(record, finished ? { ...jira, working: null } : jira);
    const changes = [
      setRelease(after, record.version),
      ...(finished ? await outboxGone(ports, issueId) : []),
    ];
    if ((await ports.store.transact(changes)) === 'done') return finished ? 'none' : after;
  }
}

async function giveBack(ports: Ports, issueId: string, token: string): Promise<void> {
  const record = await ports.store.get('release', issueId);
  if (record?.jira.working?.token !== token) return;
  // When somebody else writes first, the turn simply runs out.
  await ports.store.transact([
    setRelease(withJira(record, { ...record.jira, working: null }), record.version),
  ]);
}

async function outboxGone({ store }: Ports, issueId: string): Promise<Change[]> {
  const row = await store.get('outbox', issueId);
  return row ? [{ type: 'delete', entity: 'outbox', key: issueId, expect: row.version }] : [];
}

const withJira = (record: ReleaseRecord, jira: ReleaseRecord['jira']): ReleaseRecord => ({
  ...record,
  version: record.version + 1,
  jira,
});

const setRelease = (record: ReleaseRecord, expect: number): Change => ({
  type: 'set',
  entity: 'release',
  key: record.state.issueId,
  record,
  expect,
});
