/** An agent tells what its hosts, scripts and namespaces look like: each report counts once, in its order. */
import { decideMessage } from '#core/job';
import type { ReportAnswer, ReportData, ReportEntry } from '#wire/agent';
import type { HostStatesRecord, JobRecord } from '#wire/records';
import { busy, gap, ok, stale } from './agent-answer';
import type { AgentAnswer } from './agent-answer';
import type { AgentCall } from './agent-call';
import { chunkKey, chunkOf, hostKey } from './host-chunks';
import { knownJob, lost } from './owned-job';
import type { Change, Ports } from './ports';

/** Applies a report in one transaction, or answers why it does not count. */
export async function receiveReport(
  ports: Ports,
  call: AgentCall<ReportData>,
): Promise<AgentAnswer> {
  const now = ports.clock.now();
  const admitted = await admit(ports, call);
  if (admitted.kind === 'answer') return admitted.answer;

  const { job, seq } = admitted;
  const counted: JobRecord = {
    ...job,
    version: job.version + 1,
    lastSeq: seq,
    lastMessage: call.digest,
  };
  const changes: Change[] = [
    { type: 'set', entity: 'job', key: job.job, record: counted, expect: job.version },
    ...(await hostChanges(ports, job, call.data.entries)),
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

async function hostChanges(
  ports: Ports,
  job: JobRecord,
  entries: readonly ReportEntry[],
): Promise<Change[]> {
  const byChunk = new Map<number, ReportEntry[]>();
  for (const entry of entries) {
    const key = hostKey(entry.step, entry.host);
    const chunk = chunkOf(key, job.chunks, (text) => ports.crypto.sha256(text));
    byChunk.set(chunk, [...(byChunk.get(chunk) ?? []), entry]);
  }
  return Promise.all([...byChunk].map(([chunk, rows]) => chunkChange(ports, job, chunk, rows)));
}

async function chunkChange(
  { store }: Ports,
  job: JobRecord,
  chunk: number,
  entries: readonly ReportEntry[],
): Promise<Change> {
  const key = chunkKey(job, chunk);
  const known = await store.get('host-states', key);
  const before: HostStatesRecord = known ?? { version: 0, hosts: {} };
  if (!known) await store.create('host-states', key, before);
  const news = entries.map(
    ({ step, host, state, at, note, milliseconds }) =>
      [hostKey(step, host), { state, at, note, milliseconds, job: job.job }] as const,
  );
  const record = {
    version: before.version + 1,
    hosts: { ...before.hosts, ...Object.fromEntries(news) },
  };
  return { type: 'set', entity: 'host-states', key, record, expect: before.version };
}
