/** A release with a real agent's client and journal beside it: the agent keeps checkpoints, countersigns them, and bears witness. */
import { DatabaseSync } from 'node:sqlite';
import { handleAgentCall } from '#app/handle-agent';
import { COUNTERSIGNATURES_MAX } from '#wire/checkpoint';
import type { RunStage } from '#core/plan-step';
import type { AgentAct, ClaimAnswer, FinishOutcome, ReportEntry } from '#wire/agent';
import { answerAs } from './answer-as';
import { createAppClient } from '../../agent/app-client';
import { keepCheckpoint } from '../../agent/checkpoints';
import { checkpointsOf } from '../../agent/checkpoint-rows';
import { createJournal } from '../../agent/journal';
import { createTables } from '../../agent/journal-database';
import { earlierActs } from '../../agent/host-acts';
import { keyOf } from '../../agent/keys';
import type { Identity } from '../../agent/ports/agent';
import type { AppClient } from '../../agent/ports/app';
import type { Clock } from '../../agent/ports/clock';
import type { LedgerLine } from '../../agent/ports/hosts';
import type { Journal } from '../../agent/ports/journal';
import type { Log } from '../../agent/ports/log';
import { createServerTime } from '../../agent/server-time';
import type { OwnWitness } from '../../agent/verify-audit/verify-audit';
import { LEADER, NOW, OWNER, REPORTER, TESTER } from './builders';
import { downloadAudit } from './download-audit';
import { aReleaseWorld } from './release-world';
import type { ReleaseWorld } from './release-world';

/** An export as the panel's page makes it, ready to be spoiled. */
export interface Audit {
  format: string;
  audience: string;
  issueId: string;
  issueKey: string;
  appKey: string;
  head: { text: string; signature: string };
  segments: Segment[];
  acts: Acts[];
  checkpoints: Witness[];
}

export interface Segment {
  format?: string;
  audience?: string;
  issueId: string;
  segment: number;
  firstSerial: number;
  at: number;
  events: Record<string, unknown>[];
  previous?: string;
  hash?: string;
}

/** A row of what an agent did, told by one report. */
export interface Acts {
  format: string;
  audience: string;
  issueId: string;
  job: string;
  row: number;
  agent: string;
  name: string;
  at: number;
  acts: Record<string, unknown>[];
  previous: string;
  hash: string;
}

export interface Witness {
  text: string;
  signature: string;
  agent: string;
  publicKey: string;
  countersignature: string;
}

export interface AuditedRelease {
  readonly world: ReleaseWorld;
  readonly journal: Journal;
  readonly database: DatabaseSync;
  readonly identity: Identity;
  readonly app: AppClient;
  /** What the agent said loudly. */
  readonly errors: string[];
  /** Every act that a host has done to its end: what a host knows outlives all agents. */
  readonly ledger: readonly LedgerLine[];
  /** Does on the host what the claim asks for, or so many acts of it; what is to be told of them, and nobody is told yet. */
  act(claim: ClaimAnswer, most?: number): readonly ReportEntry[];
  /** Does the work of the waiting job and ends it as the agent does: with the checkpoint kept. */
  finish(outcome?: FinishOutcome): Promise<void>;
  /** One poll of the agent; its countersignatures travel with it. */
  poll(): Promise<void>;
  audit(): Promise<Audit>;
  readonly own: OwnWitness;
}

/** What the stages do on a host, in its helper's words. */
const OPERATIONS: Readonly<Record<RunStage, readonly LedgerLine['operation'][]>> = {
  SQL: [],
  CONFIG: [],
  CODE: ['stage', 'activate', 'start'],
  VERIFY: [],
  ROLLBACK: ['reactivate', 'start'],
};

/** What an agent says of a host. */
const HEALTHY: ReportEntry = {
  at: NOW,
  step: 'code-1',
  host: 'web1',
  state: 'healthy',
  note: '',
  milliseconds: 5,
};

export async function anAuditedRelease(): Promise<AuditedRelease> {
  const world = await aReleaseWorld();
  const { ports, agent } = world;
  const clock: Clock = {
    wallMilliseconds: () => ports.clock.now() * 1_000,
    monotonicMilliseconds: () => ports.clock.now() * 1_000,
    sleep: async () => undefined,
  };
  const identity: Identity = {
    agent: agent.agentId,
    audience: ports.audience,
    appKey: await ports.crypto.appKey(),
  };
  const errors: string[] = [];
  const log: Log = {
    info: () => undefined,
    warn: () => undefined,
    error: (message) => errors.push(message),
  };
  const exchange = {
    post: async ({
      headers,
      body,
    }: {
      headers: Readonly<Record<string, string>>;
      body: string;
    }) => {
      const listed = Object.entries(headers).map(([name, value]) => [name, [value]] as const);
      const request = { method: 'POST', headers: Object.fromEntries(listed), body };
      const answer = await handleAgentCall(ports, request);
      return {
        kind: 'answered',
        status: answer.status,
        body: JSON.stringify(answer.body),
      } as const;
    },
  };
  const key = keyOf(agent.keys.privateKey);
  const sender = { exchange, clock, time: createServerTime(clock), key, boot: 'boot0001', log };
  const app = createAppClient(sender, identity, '1.0.0');
  const database = new DatabaseSync(':memory:');
  createTables(database);
  const journal = createJournal(database);

  const ledger: LedgerLine[] = [];

  const release: AuditedRelease = {
    world,
    journal,
    database,
    identity,
    app,
    errors,
    ledger,
    act: ({ job, fence, stage }, most = Infinity) =>
      OPERATIONS[stage].slice(0, most).map((operation): ReportEntry => {
        const version = stage === 'ROLLBACK' ? '0.9.0' : '1.0.0';
        const line = { operation, job, fence, digest: version.padEnd(64, '0'), version };
        ledger.push(line);
        const of = `${version} ${line.digest}`;
        const own: AgentAct = { what: operation, result: 'done', fence, of };
        const earlier = earlierActs({ ref: { job, fence } }, { ledger: ledger.slice(-12) });
        return { ...HEALTHY, at: ports.clock.now(), acts: [own, ...earlier] };
      }),
    finish: async (outcome = { kind: 'succeeded' }) => {
      const claim = await world.claim(`request-${ports.clock.now()}`);
      const { job, fence, lastSeq } = claim;
      await app.report({ job, fence }, lastSeq + 1, [...release.act(claim), HEALTHY]);
      const result = await app.finish({ job, fence }, lastSeq + 2, outcome);
      if (result.kind !== 'answered') throw new Error(JSON.stringify(result));
      const { checkpoint } = result.answer;
      if (!checkpoint) throw new Error('A finish was answered without a checkpoint.');
      await keepCheckpoint({ journal, log }, identity, checkpoint);
      await ports.drain();
    },
    poll: async () => {
      const waiting = await journal.waitingCheckpoints(identity.audience, COUNTERSIGNATURES_MAX);
      const result = await app.poll(waiting);
      if (result.kind !== 'answered') throw new Error(JSON.stringify(result));
      await journal.acknowledgeCheckpoints(result.answer.countersigned ?? []);
    },
    audit: async () => JSON.parse(JSON.stringify(await downloadAudit(world))) as Audit,
    own: {
      ...identity,
      checkpointsOf: (issueId) => checkpointsOf(database, identity.audience, issueId),
    },
  };
  return release;
}

/** Draws from 0 to below 1. */
export type Draw = () => number;

/** Lets people and the agent do likely and unlikely things, so often. */
export async function wander(release: AuditedRelease, draw: Draw, steps: number): Promise<void> {
  for (let step = 0; step < steps; step += 1) {
    await actOnce(release, draw);
    release.world.ports.pass(1 + Math.floor(draw() * 40));
    if (draw() < 0.4) await release.poll();
  }
  await release.poll();
}

async function actOnce(release: AuditedRelease, draw: Draw): Promise<unknown> {
  const { world } = release;
  const pick = <Item>(items: readonly [Item, ...Item[]]): Item =>
    items[Math.floor(draw() * items.length)] ?? items[0];
  const { status, question } = (await world.record()).state;
  if (question !== null) {
    const answer = pick(['done', 'not-done', 'retry'] as const);
    await answerAs(world.ports, { issueId: world.issue.id, accountId: LEADER, answer });
    return world.ports.drain();
  }
  switch (status) {
    case 'draft':
      return world.click('submit', REPORTER);
    case 'awaiting-approval':
      return world.click(draw() < 0.1 ? 'reject' : 'approve', pick([LEADER, OWNER]), 'because');
    case 'ready':
      return world.click('start', pick([LEADER, TESTER]));
    case 'code-executing':
    case 'verifying':
    case 'rolling-back':
      return release.finish(outcomeFor(draw()));
    case 'deployed':
      return world.click(
        pick(['promote', 'iterate', 'roll-back', 'complete']),
        pick([LEADER, REPORTER]),
        'because',
      );
    case 'fix-pending':
      return world.click(
        pick(['retry-code', 'retry-verification', 'retry-rollback', 'iterate', 'roll-back']),
        pick([LEADER, REPORTER]),
        'because',
      );
    case 'rolled-back':
      return world.click('iterate', REPORTER);
    default:
      return world.click('roll-back', LEADER, 'because');
  }
}

function outcomeFor(drawn: number): FinishOutcome {
  if (drawn < 0.7) return { kind: 'succeeded' };
  return drawn < 0.9
    ? { kind: 'failed', failure: { class: 'health', sentence: 'web1 is silent.' } }
    : { kind: 'unknown', question: 'Does web1 serve 1.0.0?' };
}
