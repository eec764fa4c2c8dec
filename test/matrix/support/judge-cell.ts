/** Whether a release whose agents were killed has ended as the clean run, or with a question that may be asked. */
import { jiraStatusId } from '../../support/memory-jira';
import type { Picture } from './crash-end';
import type { CleanRuns } from './crash-plan';
import type { CrashEnd, Story } from './crash-story';
import { differences } from './differences';

/** Statements that no transaction undoes: nobody but a person can tell whether they have happened. */
const NOT_ATOMIC: Readonly<Record<Story, readonly number[]>> = {
  postgresql: [4],
  mysql: [1, 4],
  deploy: [],
  broken: [],
  restored: [],
  'roll back': [],
};

/** I22: what is known, what is not, and the choices. */
const QUESTION =
  /^Known: .*\bstatement (\d) of \d\b.*\nNot known: .+\nChoices, .*\bretry\b.*\bnot done\b.*\bdone\b/;

/** What is wrong with the end of the story, a sentence each. */
export function judge(story: Story, clean: CleanRuns, played: CrashEnd): readonly string[] {
  const { question, picture, acts, deaths } = played;
  const expected = clean.get(story)?.picture;
  if (!expected) return [`there is no clean run of ${story}`];
  // Each death leaves one act at most whose end nobody has seen.
  const lost = acts.endless.length > deaths.length ? acts.endless : [];
  const disagreements = [
    ...played.disagreements,
    ...lost.map((name) => `the audit does not know the end of ${name}`),
  ];
  if (question === null) return [...disagreements, ...differences(expected, picture)];
  const number = Number(QUESTION.exec(question)?.[1]);
  const mayAsk = NOT_ATOMIC[story].includes(number);
  const statements = picture.effects?.statements ?? 0;
  // It has happened, or it has not; everything before it has, once.
  const isTrue = statements === number || statements === number - 1;
  return [
    ...disagreements,
    ...(mayAsk ? [] : [`a person is asked: ${question}`]),
    ...(isTrue ? [] : [`asked of statement ${String(number)} with ${String(statements)} done`]),
    ...differences(whileAsking(expected, question, number, statements), picture),
  ];
}

/** How a release looks that has gone as far as the clean run had, until it asked of a statement. */
function whileAsking(
  clean: Picture,
  question: string,
  number: number,
  statements: number,
): Partial<Picture> {
  const { events, moves, comments, hosts } = clean;
  const asking = jiraStatusId('sql-executing');
  const outcome = JSON.stringify({ kind: 'unknown', question, isStatement: true });
  const before = Array.from({ length: number - 1 }, (_, index) => `${String(index + 1)} done`);
  return {
    status: 'sql-executing',
    shown: asking,
    events: [...events.slice(0, events.indexOf('sql-succeeded')), 'outcome-unknown'],
    moves: moves.slice(
      0,
      moves.findIndex((move) => move.startsWith(`${asking} `)),
    ),
    comments: [...comments.slice(0, -1), `Outcome unknown in SIT: ${question}`],
    effectsLeft: 0,
    jobs: [{ stage: 'SQL', status: 'finished', outcome }],
    hosts: hosts.map((line) => line.replace(/ done$/, ' unknown')),
    effects: { statements, ledger: [...before, `${String(number)} asked`] },
  };
}
