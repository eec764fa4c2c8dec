/** I13: what took effect at targets and what the chains of acts tell of it are equally much, each once. */
import { hash } from 'node:crypto';
import { canonicalText } from '#core/canonical';
import { timesOf } from '#core/act-chain';
import { isHostStep } from '#core/plan-step';
import type { ActsRecord, JobRecord } from '#wire/records';
import type { Deed } from './deeds';
import { ledgerOf } from './fake-host';
import type { World } from './world';

type Told = Deed & { readonly result: string; readonly found: boolean };

/** Every ended job of the release: its chain holds, its end seals it, and it tells what happened. */
export function checkActs(world: World, issueId: string): void {
  for (const job of world.store.all('job')) {
    if (job.issueId !== issueId || job.status !== 'finished') continue;
    const rows = world.store
      .all('acts')
      .filter((row) => row.job === job.job)
      .sort((one, other) => one.row - other.row);
    checkChain(world, job, rows);
    checkDeeds(world, job, deedsOf(world, job), toldIn(world, job, rows));
  }
}

function checkChain({ sim, history }: World, job: JobRecord, rows: readonly ActsRecord[]): void {
  const seal = history
    .eventsOf(job.issueId)
    .flatMap((event) => (event.type === 'job-claimed' && event.job === job.job ? [event] : []))
    .at(-1)?.acts;
  const count = rows.flatMap(({ acts }) => acts).reduce((sum, act) => sum + timesOf(act), 0);
  const isWhole =
    (seal?.rows ?? 0) === rows.length &&
    (seal?.count ?? 0) === count &&
    (seal?.head ?? '') === (rows.at(-1)?.hash ?? '');
  const isChained = rows.every(
    ({ version: _, hash: own, ...row }, index) =>
      row.row === index + 1 &&
      row.previous === (rows[index - 1]?.hash ?? '') &&
      own === hash('sha256', canonicalText(row)),
  );
  if (!isWhole || !isChained)
    sim.violated('I13', `The acts of ${job.job} are not what its end has sealed.`);
}

/** Hosts are asked for their ledgers, which outlive every agent. */
const deedsOf = ({ hosts, deeds }: World, { job }: JobRecord): readonly Deed[] => [
  ...hosts.flatMap((host) =>
    ledgerOf(host)
      .filter((line) => line.job === job)
      .map(({ operation, fence, digest }) => ({
        ...{ job, place: host.address, what: operation, fence },
        of: digest,
      })),
  ),
  ...deeds.all().filter((deed) => deed.job === job),
];

function toldIn({ store }: World, job: JobRecord, rows: readonly ActsRecord[]): readonly Told[] {
  const steps = store.plan(job.planDigest)?.steps.filter(isHostStep) ?? [];
  const placeOf = (step: string, place: string): string =>
    steps.find(({ id }) => id === step)?.hosts.find(({ id }) => id === place)?.address ?? place;
  return rows
    .flatMap(({ acts }) => acts)
    .flatMap((act): Told[] => {
      const { what, result, fence, step, first = 0, found = false } = act;
      const told = { job: job.job, place: placeOf(step, act.place), what, fence, result, found };
      if (what === 'apply' || what === 'restore') return [{ ...told, of: '' }];
      if (what !== 'statement') return [{ ...told, of: act.of.split(' ')[1] ?? '' }];
      const numbers = Array.from({ length: timesOf(act) }, (_, index) => first + index);
      return numbers.map((number) => ({ ...told, of: String(number) }));
    });
}

/** Who gave up before it could look said that it knows no end; the next agent has looked, and a chain takes nothing back. */
const isLearnt = (before: Told, after: Told): boolean =>
  before.result === 'unknown' && after.result !== 'unknown' && after.found;

/** Done by the agent that ended the job: what its earlier claims left open it asks about, unless it cannot. */
function isOfLast({ outcome, fence, claims }: JobRecord, deed: Deed): boolean {
  if (outcome === null) return false;
  const cause = outcome.kind === 'failed' ? outcome.failure.class : undefined;
  // Plan or decision were refused before it could ask; or the database was away for as long as it waits, or the
  // host, of which nobody is asked while it has only got a package.
  const isUnasked = deed.what === 'statement' || deed.what === 'stage';
  const cannotAsk = cause === 'permission' || (isUnasked && AWAY.includes(cause ?? ''));
  const first = cannotAsk ? undefined : claims?.at(-1)?.fence;
  return deed.fence >= (first ?? fence);
}

/** Failures of those who did not reach it. */
const AWAY: readonly string[] = ['transport', 'time-out'];

function checkDeeds(
  { sim, boots }: World,
  job: JobRecord,
  deeds: readonly Deed[],
  told: readonly Told[],
): void {
  const nameOf = ({ place, what, fence, of }: Deed): string =>
    [what, of.slice(0, 8), 'at', place, 'by fence', fence].join(' ');
  const done = told.filter(({ result }) => result === 'done').map(nameOf);
  const happened = deeds.map(nameOf);
  const known = told.map(nameOf);
  const twice = told.find((act, index) =>
    told
      .slice(0, index)
      .some((earlier) => nameOf(earlier) === nameOf(act) && !isLearnt(earlier, act)),
  );
  if (twice) sim.violated('I13', `${job.job} tells twice: ${nameOf(twice)}.`);
  const invented = done.find((name) => !happened.includes(name));
  if (invented !== undefined)
    sim.violated('I13', `${job.job} tells what has not happened: ${invented}.`);
  for (const deed of deeds) {
    const name = nameOf(deed);
    if (known.includes(name)) {
      sim.count(done.includes(name) ? 'act told' : 'act told without its end');
      continue;
    }
    // Whoever did it has lost the job before it could tell, and the work ended before anybody looked there.
    if ((isOfLast(job, deed) || job.outcome?.kind === 'succeeded') && !boots.wasRobbed(job.job))
      sim.violated('I13', `No act of ${job.job} tells: ${name}.`);
    else sim.count('act that nobody lived to tell');
  }
}
