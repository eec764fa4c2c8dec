/** Scripts, run by an agent against a real database: from the claim to the end of the work. */
import { machineClock } from '../../../agent/clock';
import { takeHold } from '../../../agent/hold';
import { sha256Hex } from '../../../agent/keys';
import { performPlan } from '../../../agent/perform-plan';
import type { WorkEnd } from '../../../agent/perform-plan';
import type { Agent } from '../../../agent/ports/agent';
import type { DatabaseRule } from '../../../agent/sql/database-rule';
import { createDatabases } from '../../../agent/sql/open-session';
import { freshActs, NOTHING_TOLD } from '#core/act-chain';
import type { Plan } from '#core/plan';
import type { SqlStep } from '#core/plan-step';
import type { ReportEntry } from '#wire/agent';
import { aJournal, anAgent } from './an-agent';
import { createFakeApp } from './fake-app';
import { createFleet } from './fake-hosts';
import { aPlan } from './plans';

export interface TestScript {
  readonly id: string;
  readonly text: string;
  readonly database?: string;
}

export interface ScriptRun {
  readonly rule: DatabaseRule;
  readonly scripts: readonly TestScript[];
  /** A retry brings another one. */
  readonly job?: string;
  readonly fence?: number;
  readonly release?: string;
  /** An earlier claim of the job has been at work. */
  readonly isResumed?: boolean;
  /** Jobs whose statement in doubt a person has called done; null: the app is of yesterday. */
  readonly doneStatements?: readonly string[] | null;
  /** Jobs that asked about a statement and were answered; absent: the app does not say. */
  readonly answeredStatements?: readonly string[];
  /** Another agent has the job by the time that its work begins. */
  readonly isTakenOver?: boolean;
}

export interface ScriptRunEnd {
  readonly end: WorkEnd;
  /** What the app is told. */
  readonly entries: readonly ReportEntry[];
}

/** One claim of a job of the SQL stage, with a journal of its own. */
export async function runTestScripts(
  run: ScriptRun,
  other: Partial<Pick<Agent, 'clock' | 'databases' | 'redact'>> = {},
): Promise<ScriptRunEnd> {
  const { rule, scripts, job = '10001.1', fence = 1, release = '10001', doneStatements = [] } = run;
  const plan: Plan = { ...aPlan(), issueId: release, steps: scripts.map(stepOf) };
  const { clock = machineClock } = other;
  const app = createFakeApp(clock, plan, {
    job,
    stage: 'SQL',
    firstFence: fence,
    doneStatements: doneStatements ?? undefined,
    answeredStatements: run.answeredStatements,
  });
  for (const { text } of scripts) app.texts.set(sha256Hex(text), text);

  const entries: ReportEntry[] = [];
  const { journal } = aJournal();
  const base = anAgent({ clock, app, journal, fleet: createFleet() });
  const agent: Agent = {
    ...base,
    journal: {
      ...journal,
      tell: (of, entry) => {
        entries.push(entry);
        return journal.tell(of, entry);
      },
    },
    redact: other.redact ?? base.redact,
    databases:
      other.databases ?? createDatabases(base.settings.file, base.settings.limits, () => undefined),
    settings: { ...base.settings, databases: [rule] },
  };
  const claimed = await app.claim(job, 'request-1');
  if (claimed.kind !== 'answered') throw new Error(claimed.kind);
  const hold = takeHold(agent, claimed.answer, claimed.sentAt, new AbortController().signal);
  hold.isResumed = run.isResumed ?? false;
  await journal.beginJob(hold.ref, 0);
  if (run.isTakenOver === true) app.takeOver();
  const end = await performPlan(agent, hold);
  hold.release();
  return { end, entries };
}

/** What the audit takes from the entries of one script: each run of statements, its end, and under which claim. */
export function statementsTold(entries: readonly ReportEntry[]): readonly string[] {
  const { fresh } = freshActs(
    NOTHING_TOLD,
    entries.flatMap(({ acts = [] }) => acts),
  );
  return fresh.map(({ what, first, last, result, fence, found }) =>
    [what, `${String(first)}-${String(last)}`, result, fence, ...(found ? ['found'] : [])].join(
      ' ',
    ),
  );
}

/** The script's step in a plan. */
export const stepOf = ({ id, text, database = 'orders' }: TestScript, index: number): SqlStep => ({
  id: `sql-${String(index + 1)}`,
  stage: 'SQL',
  script: id,
  name: `${id}.sql`,
  database,
  scope: `db:${database}:SIT`,
  text: { sha256: sha256Hex(text), bytes: Buffer.byteLength(text) },
});
