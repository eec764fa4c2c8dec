/** Checkpoints of a release's history: signed for agents, and kept once an agent has countersigned them. */
import { canonicalText } from '#core/canonical';
import { Checkpoint, checkpointText, countersignedText } from '#wire/checkpoint';
import type { CountersignedCheckpoint, SignedCheckpoint } from '#wire/checkpoint';
import type { AgentRecord, CheckpointRecord, ReleaseRecord } from '#wire/records';
import { segmentKey } from './commit';
import type { Ports } from './ports';

/** Witnesses of one length of a history that are kept. */
const WITNESSES_MAX = 20;

/** How far the history of a release has come by now, signed with the installation's key. */
export async function signCheckpoint(
  ports: Ports,
  { state, issueKey, history }: ReleaseRecord,
  textOf = checkpointText,
): Promise<SignedCheckpoint> {
  const checkpoint: Checkpoint = {
    v: 1,
    aud: ports.audience,
    issueId: state.issueId,
    issueKey,
    segments: history.segments,
    events: history.events,
    head: history.chainedFrom === undefined ? '' : history.head,
    at: ports.clock.now(),
  };
  const text = canonicalText(checkpoint);
  return { text, signature: await ports.crypto.signAsApp(textOf(text)) };
}

/** How far a release's history has come, for an agent that has ended a job; an answer is never refused for the lack of it. */
export async function checkpointOf(
  ports: Ports,
  issueId: string,
): Promise<SignedCheckpoint | undefined> {
  try {
    const release = await ports.store.get('release', issueId);
    return release && (await signCheckpoint(ports, release));
  } catch (error) {
    ports.log.warn('The end of a job was answered without a checkpoint.', {
      issueId,
      error: String(error),
    });
    return undefined;
  }
}

/** Who hands over a checkpoint, and the key that its message was signed with. */
export type Witness = Pick<AgentRecord, 'agentId'> & { readonly publicKey: string };

/**
 * Keeps what an agent has countersigned, whatever the history says today: it is evidence. Resolves to
 * the heads that need not come again; one that lost a race comes again.
 */
export async function keepCountersigned(
  ports: Ports,
  witness: Witness,
  countersigned: readonly CountersignedCheckpoint[],
): Promise<readonly string[]> {
  const settled: string[] = [];
  for (const signed of countersigned) {
    const checkpoint = parseCheckpoint(signed.text);
    if (!checkpoint) continue;
    if (!(await isGenuine(ports, witness, signed, checkpoint))) {
      ports.log.warn('An agent handed over a checkpoint that is not of this installation.', {
        agent: witness.agentId,
        issueId: checkpoint.issueId,
      });
      settled.push(checkpoint.head);
    } else if (await keep(ports, witness, signed, checkpoint)) settled.push(checkpoint.head);
  }
  return settled;
}

async function isGenuine(
  { audience, crypto }: Ports,
  { agentId, publicKey }: Witness,
  { text, signature, countersignature }: CountersignedCheckpoint,
  { aud }: Checkpoint,
): Promise<boolean> {
  return (
    aud === audience &&
    crypto.verify(await crypto.appKey(), checkpointText(text), signature) &&
    crypto.verify(publicKey, countersignedText(agentId, text), countersignature)
  );
}

async function keep(
  { store, clock }: Ports,
  { agentId, publicKey }: Witness,
  signed: CountersignedCheckpoint,
  { issueId, segments }: Checkpoint,
): Promise<boolean> {
  const key = segmentKey(issueId, segments);
  const known = await store.get('checkpoint', key);
  const witnesses = known?.witnesses ?? [];
  const isKept = witnesses.some(({ agent, text }) => agent === agentId && text === signed.text);
  if (isKept || witnesses.length >= WITNESSES_MAX) return true;
  const record: CheckpointRecord = {
    version: (known?.version ?? 0) + 1,
    issueId,
    segments,
    witnesses: [...witnesses, { ...signed, agent: agentId, publicKey, at: clock.now() }],
  };
  if (!known) return (await store.create('checkpoint', key, record)) === 'created';
  const change = { type: 'set', entity: 'checkpoint', key, record, expect: known.version } as const;
  return (await store.transact([change])) === 'done';
}

function parseCheckpoint(text: string): Checkpoint | undefined {
  try {
    return Checkpoint.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
