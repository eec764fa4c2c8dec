/** The log of a job as rows: its lines, and between them in words what is missing, late or begun anew. */
import { plainText } from '#core/plain-text';
import type { LogEntry, LogView } from '#wire/page';
import { counted } from '../../../shared/src/words';

type Line = Extract<LogEntry, { kind: 'lines' }>['lines'][number];

export type LogRow =
  | {
      readonly kind: 'line';
      readonly at: number;
      readonly level: Line['level'];
      /** The host, script or change that the line is about; empty where it is about none. */
      readonly about: string;
      readonly text: string;
      readonly isLate: boolean;
    }
  | { readonly kind: 'mark'; readonly text: string };

/** What a page has of a job's log. */
export interface ShownLog {
  readonly job: string;
  readonly stage: LogView['stage'];
  readonly jobs: LogView['jobs'];
  readonly isOver: boolean;
  readonly rows: readonly LogRow[];
  readonly next: number;
  readonly lostAtEnd: number;
}

/** The log with what an answer brings: its rows follow those that are there, or take their place. */
export function withAnswer(
  shown: ShownLog | undefined,
  answer: LogView,
  nameOf: (id: string) => string,
): ShownLog {
  const { job, stage, isOver, isMore, entries, next, lostAtEnd } = answer;
  const rows = entries.flatMap((entry) => rowsOf(entry, job, nameOf));
  const goesOn = isMore && shown?.job === job;
  const before = shown?.jobs ?? [];
  const news = answer.jobs.filter((one) => !before.some((known) => known.job === one.job));
  return {
    ...{ job, stage, isOver, next, lostAtEnd },
    jobs: [...news, ...before],
    rows: goesOn ? [...shown.rows, ...rows] : rows,
  };
}

function rowsOf(entry: LogEntry, job: string, nameOf: (id: string) => string): readonly LogRow[] {
  if (entry.kind !== 'lines') return [{ kind: 'mark', text: markText(entry, job) }];
  const { late: isLate } = entry;
  const lines = entry.lines.map(({ at, level, host, text }): LogRow => ({
    ...{ kind: 'line', at, level, isLate },
    about: host === undefined ? '' : plainText(nameOf(host)),
    text: plainText(text),
  }));
  return isLate ? [{ kind: 'mark', text: LATE }, ...lines] : lines;
}

const LATE = 'Late, from an agent that no longer had this job; nothing was decided by these lines:';

/** A gap in words. */
function markText(entry: Exclude<LogEntry, { kind: 'lines' }>, job: string): string {
  switch (entry.kind) {
    case 'missing':
      return `${counted(entry.lines, 'line')} never arrived here. ${onAgent(job)}`;
    case 'dropped':
      return `${counted(entry.lines, 'older line')} gave way to newer ones. ${onAgent(job)}`;
    case 'new-claim':
      return 'An agent took the job up anew; what the one before had not sent by then is not here.';
  }
}

/** What stands below the last line; undefined when nothing is missing there. */
export const endText = ({ lostAtEnd, job }: ShownLog): string | undefined =>
  lostAtEnd === 0
    ? undefined
    : `The last ${counted(lostAtEnd, 'line')} never arrived. ${onAgent(job)}`;

const onAgent = (job: string): string =>
  `The agent’s machine may have more: interlock-agent logs --job ${job}`;

/** A line that is awaited for longer is said to be. */
const QUIET_SECONDS = 60;

/** How fresh the log is; `now` in epoch seconds. */
export function freshness({ isOver, rows }: ShownLog, now: number): string {
  if (isOver) return 'This job is over.';
  const last = rows.findLast((row) => row.kind === 'line');
  const quiet = last ? now - last.at : 0;
  const words = 'Live: lines come here some ten seconds after the agent has written them.';
  return quiet < QUIET_SECONDS
    ? words
    : `${words} The newest is ${counted(Math.floor(quiet / 60), 'minute')} old.`;
}

/** The rows with the words; without words all of them. */
export function matching(rows: readonly LogRow[], words: string): readonly LogRow[] {
  const wanted = words.trim().toLowerCase();
  if (wanted === '') return rows;
  return rows.filter(
    (row) => row.kind === 'line' && `${row.about} ${row.text}`.toLowerCase().includes(wanted),
  );
}

/** The whole log as a text file. */
export function fileText(log: ShownLog): string {
  const end = endText(log);
  const lines = [...log.rows.map(rowText), ...(end === undefined ? [] : [`-- ${end}`])];
  return `${lines.join('\n')}\n`;
}

function rowText(row: LogRow): string {
  if (row.kind === 'mark') return `-- ${row.text}`;
  const time = new Date(row.at * 1_000).toISOString();
  return [time, row.level, ...(row.isLate ? ['late'] : []), row.about, row.text]
    .filter((part) => part !== '')
    .join(' ');
}
