/** An agent tells what its hosts, scripts and namespaces look like: each report counts once, in its order. */
import { freshActs, NOTHING_TOLD } from '#core/act-chain';
import type { PlacedAct, ToldActs } from '#core/act-chain';
import { decideMessage } from '#core/job';
import type { ReportAnswer, ReportData, ReportEntry } from '#wire/agent';
import type { HostStatesRecord, JobRecord } from '#wire/records';
import { busy, gap, ok, stale } from './agent-answer';
import type { AgentAnswer } from './agent-answer';
import type { AgentCall } from './agent-call';
import { chunkKey, chunkOf, hostKey } from './host-chunks';
import { isOfClaim, knownJob, lost } from './owned-job';
import type { Change, Ports } from './ports';
import { actsChange, placedActs } from './report-acts';

/** Applies a report in one transaction, or answers why it does not count. */
export async function receiveReport(
  ports: Ports,
  call: AgentCall<ReportData>,
): Promise<AgentAnswer> {
  const now = ports.clock.now();
  const admitted = await admit(ports, call);
  if (admitted.kind === 'answer') return admitted.answer;

  const { job, seq } = admitted;
  const hosts = await hostChanges(ports, job, call.data.entries);
  const acts = actsChange(ports, call, job, hosts.acts);
  const counted: JobRecord = {
    ...job,
    version: job.version + 1,
    lastSeq: seq,
    lastMessage: call.digest,
    ...(acts.head && { acts: acts.head }),
  };
  const changes: Change[] = [
    { type: 'set', entity: 'job', key: job.job, record: counted, expect: job.version },
    ...hosts.changes,
    ...acts.changes,
  ];
  const result = await ports.store.transact(changes);
  return result === 'done' ? reported(now, seq) : busy(now, 1);
}

export type Admission =
  | { readonly kind: 'apply'; readonly job: JobRecord; readonly seq: number }
  | { readonly kind: 'answer'; readonly answer: AgentAnswer };

/** Whether a message of the job's row counts now; otherwise its answer. */
export async function admit(ports: Ports, call: AgentCall<unknown>): Promise<Admission> {
  const now = ports.clock.now();
  const { fence, seq } = call.envelope;
  const job = await knownJob(ports, call);
  if (!job || fence === undefined || seq === undefined)
    return { kind: 'answer', answer: stale(now) };
  if (!isOfClaim(call, job)) return { kind: 'answer', answer: lost(now, call, job) };
  const decision = decideMessage(job, {
    agentId: call.agent.agentId,
    fence,
    seq,
    digest: call.digest,
  });
  switch (decision.kind) {
    case 'apply':
      return { kind: 'apply', job, seq };
    case 'repeat':
      return { kind: 'answer', answer: reported(now, job.lastSeq) };
    case 'gap':
      return { kind: 'answer', answer: gap(now, decision.expectedSeq) };
    case 'stale':
      return { kind: 'answer', answer: lost(now, call, job) };
  }
}

/** The answer to a message that counts, or counted before. */
export function reported(now: number, lastSeq: number): AgentAnswer {
  const answer: ReportAnswer = { now, lastSeq };
  return ok(answer);
}

/** Changed host states, and the acts that no row of the job holds yet. */
interface Told {
  readonly changes: readonly Change[];
  readonly acts: readonly PlacedAct[];
}

async function hostChanges(
  ports: Ports,
  job: JobRecord,
  entries: readonly ReportEntry[],
): Promise<Told> {
  const byChunk = new Map<number, ReportEntry[]>();
  for (const entry of entries) {
    const key = hostKey(entry.step, entry.host);
    const chunk = chunkOf(key, job.chunks, (text) => ports.crypto.sha256(text));
    byChunk.set(chunk, [...(byChunk.get(chunk) ?? []), entry]);
  }
  const told = await Promise.all(
    [...byChunk].map(([chunk, rows]) => chunkChange(ports, job, chunk, rows)),
  );
  return {
    changes: told.map(({ change }) => change),
    acts: entries.flatMap((entry) => told.flatMap(({ acts }) => acts.get(entry) ?? [])),
  };
}

async function chunkChange(
  { store }: Ports,
  job: JobRecord,
  chunk: number,
  entries: readonly ReportEntry[],
): Promise<{
  readonly change: Change;
  readonly acts: ReadonlyMap<ReportEntry, readonly PlacedAct[]>;
}> {
  const key = chunkKey(job, chunk);
  const known = await store.get('host-states', key);
  const before: HostStatesRecord = known ?? { version: 0, hosts: {} };
  if (!known) await store.create('host-states', key, before);
  const hosts = { ...before.hosts };
  const acts = new Map<ReportEntry, readonly PlacedAct[]>();
  for (const entry of entries) {
    const { step, host, state, at, note, milliseconds } = entry;
    const name = hostKey(step, host);
    const former = hosts[name];
    const told = former?.job === job.job ? former.acts : undefined;
    const news = freshActs(told ?? NOTHING_TOLD, job.acts ? (entry.acts ?? []) : []);
    acts.set(entry, placedActs(entry, news.fresh));
    const isTold = told !== undefined || news.fresh.length > 0;
    const kept = isTold ? { acts: keptActs(news.told) } : {};
    hosts[name] = { state, at, note, milliseconds, job: job.job, ...kept };
  }
  const record = { version: before.version + 1, hosts };
  return {
    change: { type: 'set', entity: 'host-states', key, record, expect: before.version },
    acts,
  };
}

const keptActs = ({ names, unknown, statements }: ToldActs) => ({
  names: [...names],
  ...(unknown && { unknown: [...unknown] }),
  statements,
});
