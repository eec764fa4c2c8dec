/** One script, statement by statement, from where the ledger says that it stands. */
import { SENTENCE_MAX_CHARS } from '#wire/agent';
import type { PartEnd } from '../bound-step';
import { cutText } from '../cut-text';
import { answeredStatementsIn, doneStatementsIn } from '../decision';
import { judgeOutbid } from '../outbid';
import type { Database, LedgerRow, Reply } from './database';
import { openLine, scopeOf, unusable } from './open-line';
import type { Line } from './open-line';
import { placeOf } from './no-session';
import { calledDone, isSameRow, ranIn, resumeAt } from './resume';
import type { DigestedStatement } from './resume';
import { broken, runStatements } from './run-statements';
import type { Broken, LineEnd } from './run-statements';
import { failedAt, questionAbout, tell } from './script-story';
import type { ScriptStory } from './script-story';
import { tryAgain } from './try-again';

const LINES_MAX = 3;

/** Runs what is left of the script; a lost connection is opened again, and the ledger asked. */
export async function runScript(story: ScriptStory): Promise<PartEnd> {
  const end = await overLines(story);
  story.acts.giveUp();
  if (end.kind === 'failed') await tell(story, 'failed', end.failure.sentence);
  if (end.kind === 'unknown') await tell(story, 'unknown', end.question);
  // What ran since the last word is told before the job ends: nobody looks into its ledger again.
  if (end.kind === 'refused' && story.acts.isWaiting())
    await tell(story, 'running', end.failure.sentence);
  return end;
}

async function overLines(story: ScriptStory): Promise<PartEnd> {
  const { agent, hold } = story;
  const { rule } = story.script;
  let before: Broken | undefined;
  for (let lines = 1; ; lines += 1) {
    const line = await (before ? openAgain(story) : openLine(story));
    if (line.kind === 'failed' && before?.doubtful) {
      if (line.fenceSeen !== undefined) return outbidInDoubt(before.doubtful, line);
      story.acts.ended(before.doubtful, 'unknown');
      return unreachable(story, before.doubtful, line);
    }
    if (line.kind !== 'open') return line;
    const end = await runAndClose(story, line.database);
    if (end.kind === 'outbid') return judgeOutbid(agent, hold, end.outbid);
    if (end.kind !== 'broken') return end;
    if (lines === LINES_MAX) {
      const sentence = `The connection to database ${placeOf(rule)} broke ${String(LINES_MAX)} times (${end.sentence}); retry goes on where the ledger there says that the script stands.`;
      return { kind: 'failed', failure: { class: 'transport', sentence } };
    }
    before = end;
  }
}

/** Whatever is asked of others afterwards: nobody waits for this session's lock. */
async function runAndClose(story: ScriptStory, database: Database): Promise<LineEnd> {
  try {
    return await runOn(story, database);
  } finally {
    await database.close();
  }
}

/** A database that restarts is away for a while. */
async function openAgain(story: ScriptStory): Promise<Line> {
  return tryAgain(
    story.agent,
    story.hold,
    () => openLine(story),
    (line) => line.kind === 'failed' && line.failure.class === 'transport',
  );
}

/** The ledger still says `intent`: whoever comes next asks once more, with the database in reach. */
const unreachable = (
  story: ScriptStory,
  row: LedgerRow,
  line: Extract<Line, { kind: 'failed' }>,
): PartEnd =>
  questionAbout(story, row, story.script.statements[row.number - 1], line.failure.sentence);

/**
 * A question tells the app no fence, and the retry that it brings would be refused again. The ledger still says
 * `intent`: the retry above that fence asks.
 */
const outbidInDoubt = (
  { number }: LedgerRow,
  { failure, ...line }: Extract<Line, { kind: 'failed' }>,
): PartEnd => {
  const doubt = `Statement ${String(number)}, which had begun before, may have happened; the retry asks about it.`;
  const sentence = cutText(`${failure.sentence} ${doubt}`, SENTENCE_MAX_CHARS);
  return { ...line, failure: { ...failure, sentence } };
};

async function runOn(story: ScriptStory, database: Database): Promise<LineEnd> {
  const { script, hold, release } = story;
  const { step, statements } = script;
  const page = {
    scope: scopeOf(story),
    release,
    script: step.script,
    scriptDigest: step.text.sha256,
  };
  const rows = await database.readLedger(page);
  if (rows.kind !== 'done') return brokenOrUnusable(story, rows);
  const settled = calledDone(rows.value, doneStatementsIn(hold.claim.decision) ?? []);
  for (const row of settled) {
    const kept = await database.write(row);
    if (kept.kind !== 'done') return brokenOrUnusable(story, kept);
  }
  const known = rows.value.map((row) => settled.find((done) => isSameRow(done, row)) ?? row);
  const asker = {
    job: hold.ref.job,
    answeredStatements: answeredStatementsIn(hold.claim.decision),
  };
  const resume = resumeAt(statements, known, page.scriptDigest, asker);
  story.acts.found(ranIn(statements, known, page.scriptDigest, hold.ref.job));
  if (resume.kind === 'ask') return ask(story, database, resume.row);
  if (resume.kind === 'twice') {
    const words = `this statement has run already, as statement ${String(resume.before.number)} of an earlier text of the script; keep at the top, unchanged, what has run, or leave it out`;
    return failedAt(story, resume.statement, words);
  }

  const rowFor = (statement: DigestedStatement, atomic: boolean): LedgerRow => ({
    ...page,
    ...hold.ref,
    number: statement.number,
    statementDigest: statement.digest,
    state: 'intent',
    atomic,
  });
  for (const statement of statements.filter(({ number }) => resume.carried.includes(number))) {
    const carried = await database.write({ ...rowFor(statement, true), state: 'done' });
    if (carried.kind !== 'done') return brokenOrUnusable(story, carried);
  }
  return runStatements(story, database, new Set(resume.done), rowFor);
}

/** A lost session is opened again; tables that are not as Interlock made them stay so. */
const brokenOrUnusable = (
  story: ScriptStory,
  reply: Exclude<Reply<unknown>, { kind: 'done' }>,
): LineEnd => (reply.kind === 'lost' ? broken(reply) : unusable(story, reply));

/** Puts the question, and writes down which job puts it: the app knows whether it was heard. */
async function ask(story: ScriptStory, database: Database, row: LedgerRow): Promise<LineEnd> {
  const { script, hold } = story;
  story.acts.ended(row, 'unknown');
  // The fence stays that of the claim which began it: asked again, it is the same act.
  const asked = await database.write({ ...row, state: 'asked', job: hold.ref.job });
  if (asked.kind !== 'done') return brokenOrUnusable(story, asked);
  const own = row.scriptDigest === script.step.text.sha256;
  const statement = own ? script.statements[row.number - 1] : undefined;
  return questionAbout(story, row, statement, 'its end was not written down.');
}
