/** What the story of one script needs, and how it is told. */
import { ENTRY_ACTS_MAX, NOTE_MAX_CHARS, SENTENCE_MAX_CHARS } from '#wire/agent';
import type { FinishOutcome, HostState, ReportEntry } from '#wire/agent';
import { cutText } from '../cut-text';
import { doneStatementsIn } from '../decision';
import type { Hold } from '../hold';
import type { Agent } from '../ports/agent';
import type { LedgerRow } from './database';
import { placeOf } from './no-session';
import type { PreparedScript } from './prepared-script';
import type { UntoldActs } from './script-acts';
import type { Statement } from './split-script';

export interface ScriptStory {
  readonly agent: Agent;
  readonly hold: Hold;
  /** The issue's id: what is done stays done for the whole release. */
  readonly release: string;
  readonly script: PreparedScript;
  /** Scripts of this stage that come after it. */
  readonly after: number;
  /** What was done and not told yet. */
  readonly acts: UntoldActs;
}

const SHOWN_STATEMENT_CHARS = 120;

/** Tells the app one line about the script, with what was done since the last; what does not fit follows with the same. */
export async function tell(
  story: ScriptStory,
  state: HostState,
  note: string,
  milliseconds = 0,
): Promise<void> {
  const { agent, hold, script, acts } = story;
  const told = acts.take(ENTRY_ACTS_MAX);
  const entry: ReportEntry = {
    at: agent.app.serverSeconds(),
    step: script.step.id,
    host: script.step.script,
    state,
    note: cutText(agent.redact(note), NOTE_MAX_CHARS),
    milliseconds: Math.round(milliseconds),
    ...(told.length > 0 && { acts: [...told] }),
  };
  await agent.journal.tell(hold.ref.job, entry);
  if (acts.isWaiting()) await tell(story, state, note, milliseconds);
}

export const rowsAndTime = (rows: number, milliseconds: number): string =>
  `${String(rows)} ${rows === 1 ? 'row' : 'rows'}, ${String(milliseconds)} ms`;

/** What a statement's failure says: where, in whose words, and what stands. */
export function failedAt(
  { agent, script, after }: ScriptStory,
  statement: Statement,
  words: string,
): FinishOutcome {
  const total = String(script.statements.length);
  const before = statement.number - 1;
  const stands =
    before === 0
      ? 'Nothing of it is done'
      : `What is done before it stays done (${String(before)})`;
  const wait = after === 0 ? '' : ` ${waiting(after)}`;
  const sentence = `Script ${script.step.name}, statement ${String(statement.number)} of ${total} at line ${String(statement.line)}, failed in database ${placeOf(script.rule)}: ${cutText(agent.redact(words), NOTE_MAX_CHARS)}. ${stands}.${wait} Correct the script or the database, then retry.`;
  return {
    kind: 'failed',
    failure: { class: 'SQL', sentence: cutText(agent.redact(sentence), SENTENCE_MAX_CHARS) },
  };
}

const waiting = (after: number): string =>
  after === 1 ? 'The script after it waits.' : `The ${String(after)} scripts after it wait.`;

/** What people are asked when nobody can tell whether a statement has happened. */
export function questionAbout(
  { agent, hold, script, after }: ScriptStory,
  { number, fence }: Pick<LedgerRow, 'number' | 'fence'>,
  statement: Statement | undefined,
  why: string,
): FinishOutcome {
  const total = String(script.statements.length);
  const which = statement
    ? `statement ${String(number)} of ${total} (line ${String(statement.line)}: ${shown(agent, statement)})`
    : `statement ${String(number)} of an earlier text`;
  const rest = statement ? script.statements.length - number : script.statements.length;
  const left = [
    ...(rest > 0 ? [`what comes after it (${String(rest)})`] : []),
    ...(after > 0 ? [`the scripts after this one (${String(after)})`] : []),
  ];
  // An app of yesterday takes «done» for all of the stage.
  const goesOn = doneStatementsIn(hold.claim.decision) !== undefined;
  const done = goesOn
    ? `done says that this statement has happened${left.length > 0 ? `, and runs ${left.join(' and ')}` : ''}`
    : `done says that all SQL of this stage has run${left.length > 0 ? `, ${left.join(' and ')} too` : ''}`;
  const question = [
    `Known: the agent began ${which} of script ${script.step.name} in database ${placeOf(script.rule)}, with fence ${String(fence)}; ${why} Everything before it is done.`,
    `Not known: whether it has happened. No session runs it any more, and this engine does not undo it by itself.`,
    `Choices, after a look into the database: retry runs it again and goes on after it; not done stops here, for a corrected script; ${done}.`,
  ].join('\n');
  return {
    kind: 'unknown',
    question: cutText(agent.redact(question), SENTENCE_MAX_CHARS),
    ...(goesOn && { isStatement: true }),
  };
}

/** Without its secrets first: folded or cut, they would not be found any more. */
function shown({ redact }: Agent, { text }: Statement): string {
  const line = redact(text).replaceAll(/\s+/g, ' ');
  return line.length > SHOWN_STATEMENT_CHARS ? `${cutText(line, SHOWN_STATEMENT_CHARS)}…` : line;
}
