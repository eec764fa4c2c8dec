/** People who only look: at the log of the work, at texts and settings, and at the history, which they have judged. */
import { hash } from 'node:crypto';
import type { AuditPage, LogEntry } from '#wire/page';
import { joinPages } from '../../static/release-panel/src/join-pages';
import type { PageStart } from '../../static/release-panel/src/join-pages';
import type { AgentRunner } from './agent-machine';
import { textsOf } from './changes';
import { BOSS, CANARY } from './cast';
import { FUNCTIONS } from './functions';
import { judgeAudit } from './judge-audit';
import { createLife } from './scheduler';
import type { Town } from './town';
import type { LogWatch } from './watch-logs';

/** What readers have around them. */
export interface ReadingRoom extends Town {
  readonly logs: LogWatch;
  readonly agents: readonly AgentRunner[];
}

/** The log of a job as a page has it. */
interface ShownLog {
  readonly job: string;
  readonly next: number;
  readonly entries: readonly LogEntry[];
}

/** Looks at something now and then. */
export async function liveReader(room: ReadingRoom, isOver: () => boolean): Promise<void> {
  const { sim, jira } = room;
  const life = createLife('reader');
  const pages = new Map<string, ShownLog>();
  while (!isOver()) {
    await sim.scheduler.wait(life, sim.chance.between(2_000, 9_000), 'reads');
    if (isOver()) return;
    const { id } = sim.chance.pick([...jira.issues.values()]);
    const roll = sim.chance.next();
    if (roll < 0.55) await readLog(room, id, pages);
    else if (roll < 0.7) await readAudit(room, id);
    else if (roll < 0.85) await readText(room, id);
    else if (roll < 0.95) await glance(room, id);
    else await readSettings(room);
  }
}

/** What the page has already stays; what came since follows. */
async function readLog(
  room: ReadingRoom,
  issueId: string,
  pages: Map<string, ShownLog>,
): Promise<void> {
  const { sim, functions, store, logs } = room;
  const page = pages.get(issueId);
  const job = sim.chance.happens(0.2) ? (store.all('job').at(-1)?.job ?? null) : null;
  const seen = page && sim.chance.happens(0.8) ? { job: page.job, next: page.next } : undefined;
  const end = await FUNCTIONS.log(functions, { issueId, job, ...(seen && { seen }) });
  if (end.kind !== 'answered' || end.answer.kind !== 'log') return;
  const view = end.answer;
  if (store.peek('job', view.job)?.issueId !== issueId)
    sim.violated('I16', `The panel of ${issueId} shows the log of ${view.job}.`);
  const goesOn = view.isMore && seen !== undefined && page?.job === view.job;
  if (goesOn && view.entries.length > 0) sim.count('log read on');
  const entries = goesOn ? [...page.entries, ...view.entries] : view.entries;
  if (entries.some(({ kind }) => kind === 'lines')) sim.count('log read');
  pages.set(issueId, { job: view.job, next: view.next, entries });
  logs.check(view.job, entries);
}

/** Downloads the history, page by page, and has it judged. */
async function readAudit(room: ReadingRoom, issueId: string): Promise<void> {
  const { sim, functions, agents } = room;
  const { machine } = sim.chance.pick(agents);
  const before = [...machine.kept];
  let pages = 0;
  const read = async (start: PageStart): Promise<AuditPage> => {
    const end = await FUNCTIONS.audit(functions, { issueId, ...start });
    if (end.kind !== 'answered' || end.answer.kind === 'refused') throw new BrokenDownload();
    pages += 1;
    return end.answer;
  };
  try {
    judgeAudit(sim, await joinPages(read), machine, before);
    if (pages > 1) sim.count('audit of several pages judged');
  } catch (error) {
    if (!(error instanceof BrokenDownload)) throw error;
  }
}

/** The function was killed, or did not answer: the reader gives up. */
class BrokenDownload extends Error {}

/** A text of any release: what comes is that text, and only where this one names it. */
async function readText({ sim, functions, store }: ReadingRoom, issueId: string): Promise<void> {
  const texts = store
    .all('release')
    .flatMap(({ state: { content } }) => (content ? textsOf(content) : []));
  if (texts.length === 0) return;
  const sha256 = hash('sha256', sim.chance.pick(texts));
  const end = await FUNCTIONS.getText(functions, { issueId, sha256, offset: 0 });
  if (end.kind !== 'answered' || end.answer.kind === 'refused') return;
  sim.count('text read');
  if (hash('sha256', end.answer.text) !== sha256)
    sim.violated('I6', `The panel of ${issueId} shows another text than ${sha256}.`);
}

/** A panel that stands open: it asks whether anything has changed. */
async function glance({ sim, functions, store }: ReadingRoom, issueId: string): Promise<void> {
  const shown = await FUNCTIONS.show(functions, issueId, BOSS);
  if (shown.kind !== 'answered' || shown.answer.kind !== 'release') return;
  const { mark, status } = shown.answer;
  const before = store.peek('release', issueId)?.state.status;
  const end = await FUNCTIONS.glance(functions, { issueId, mark });
  const isSame = end.kind === 'answered' && end.answer.kind === 'same';
  if (isSame && before !== status)
    sim.violated('I23', `The panel of ${issueId} shows ${status} and hears of no change.`);
}

async function readSettings({ sim, functions }: ReadingRoom): Promise<void> {
  const end = await FUNCTIONS.showSettings(functions);
  if (end.kind === 'answered' && JSON.stringify(end.answer).includes(CANARY))
    sim.violated('I17', 'The settings show a secret.');
}

/** At rest: what the app has taken of a log is there, and one history more is judged. */
export async function checkReading(room: ReadingRoom): Promise<void> {
  const { sim, functions, store, logs } = room;
  for (const { job, issueId, log } of store.all('job')) {
    if (log === undefined) continue;
    const end = await FUNCTIONS.log(functions, { issueId, job });
    if (end.kind !== 'answered' || end.answer.kind !== 'log') {
      sim.violated('I20', `The log of ${job} cannot be read.`);
      return;
    }
    logs.checkWhole(job, end.answer.entries);
  }
  const [release] = store.all('release');
  if (release) await readAudit(room, release.state.issueId);
}
