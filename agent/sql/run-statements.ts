/** What is left of a script, over one session. */
import type { PartEnd } from '../bound-step';
import { elapsedSince, instant } from '../lease';
import type { Outbid } from '../outbid';
import type { Database, LedgerRow } from './database';
import { databaseOutbid } from './open-line';
import { runStatement } from './run-statement';
import type { RowFor } from './run-statement';
import { failedAt, rowsAndTime, tell } from './script-story';
import type { ScriptStory } from './script-story';
import { isSetting, sessionMemory } from './statement-kind';

/** How a session's work ends: for good, or because the connection broke. */
export type LineEnd =
  | PartEnd
  | Broken
  /** The database has seen a higher fence. */
  | { readonly kind: 'outbid'; readonly outbid: Outbid };

export interface Broken {
  readonly kind: 'broken';
  readonly sentence: string;
  readonly doubtful?: LedgerRow;
}

/** Beyond the first statements people are told at most so often. */
const TOLD_ALL_UP_TO = 20;
const TELL_MILLISECONDS = 3_000;

/** Runs what is not done, in order; `done` holds statements' numbers. */
export async function runStatements(
  story: ScriptStory,
  database: Database,
  done: ReadonlySet<number>,
  rowFor: RowFor,
): Promise<LineEnd> {
  const { agent, hold, script } = story;
  const { statements, step } = script;
  const left = statements.filter(({ number }) => !done.has(number));
  const total = String(statements.length);
  const skipped = done.size === 0 ? '' : ` ${String(done.size)} of ${total} were done before.`;
  if (left.length === 0) {
    await tell(story, 'done', `Nothing is left to run.${skipped}`);
    return { kind: 'succeeded' };
  }
  const restored = await restoreSession(story, database, done);
  if (restored) return restored;

  await tell(story, 'running', `${String(left.length)} to run.${skipped}`);
  let told = instant(agent.clock);
  const sum = { rows: 0, milliseconds: 0 };
  for (const statement of left) {
    const permit = await hold.mayBegin();
    if (permit.kind !== 'yes') return permit;
    hold.step = `statement ${String(statement.number)} of ${total} of ${step.name}`;
    const ran = await runStatement(database, statement, rowFor);
    switch (ran.kind) {
      case 'lost':
        story.acts.doubted(rowFor(statement, false));
        return { ...broken(ran), ...(ran.doubtful && { doubtful: ran.doubtful }) };
      case 'superseded':
        return { kind: 'outbid', outbid: databaseOutbid(story, ran.seen) };
      case 'failed':
        story.acts.ended(rowFor(statement, false), 'failed');
        return failedAt(story, statement, ran.sentence);
      case 'done':
        story.acts.ran(rowFor(statement, false));
        sum.rows += ran.rows;
        sum.milliseconds += ran.milliseconds;
    }
    if (statement.number > TOLD_ALL_UP_TO && elapsedSince(told, agent.clock) < TELL_MILLISECONDS) {
      continue;
    }
    told = instant(agent.clock);
    const note = `Statement ${String(statement.number)} of ${total}: ${rowsAndTime(ran.rows, ran.milliseconds)}`;
    await tell(story, 'running', note, ran.milliseconds);
  }
  const all = `${String(left.length)} ${left.length === 1 ? 'statement' : 'statements'}: ${rowsAndTime(sum.rows, sum.milliseconds)}.`;
  await tell(story, 'done', `${all}${skipped}`, sum.milliseconds);
  return { kind: 'succeeded' };
}

/** Settings that an earlier session had; what cannot be brought back stops the script. */
async function restoreSession(
  story: ScriptStory,
  database: Database,
  done: ReadonlySet<number>,
): Promise<LineEnd | undefined> {
  for (const statement of story.script.statements.filter(({ number }) => done.has(number))) {
    const memory = sessionMemory(statement);
    if (memory !== undefined) {
      const sentence = `Script ${story.script.step.name} cannot go on in its middle: statement ${String(statement.number)} (line ${String(statement.line)}) made ${memory}, which ended with the session that ran it. What is done stays done; put what is left into a script that makes its own.`;
      return { kind: 'failed', failure: { class: 'SQL', sentence } };
    }
    if (!isSetting(statement)) continue;
    const set = await database.set(statement.text);
    if (set.kind === 'refused') return failedAt(story, statement, set.sentence);
    if (set.kind === 'lost') return broken(set);
  }
  return undefined;
}

/** The end of a session's work in the middle. */
export const broken = ({ sentence }: { readonly sentence: string }): Broken => ({
  kind: 'broken',
  sentence,
});
