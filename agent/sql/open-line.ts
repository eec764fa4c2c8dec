/** The way to a database for one script: a session, the one lock, and a fence that nobody has passed. */
import type { Failure } from '#core/failure';
import type { Stop } from '../hold';
import { elapsedSince, instant } from '../lease';
import { judgeOutbid } from '../outbid';
import type { Outbid } from '../outbid';
import type { Database, LockAnswer, Reply } from './database';
import { placeOf } from './no-session';
import { tell } from './script-story';
import type { ScriptStory } from './script-story';

export type Line =
  | { readonly kind: 'open'; readonly database: Database }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly fenceSeen?: number }
  | Stop;

const LOCK_LOOK_MILLISECONDS = 500;
/** A statement of an earlier claim that goes on in the server: it is waited for. */
const BUSY_HOLDER_SECONDS = 6 * 3_600;

/** Connects and waits for the lock; who opened the line closes its database. */
export async function openLine(story: ScriptStory): Promise<Line> {
  const { agent, script } = story;
  const connected = await agent.databases.connect(script.rule);
  if (connected.kind === 'failed') return connected;
  const { database } = connected;
  const end = await takeLine(story, database);
  if (end.kind !== 'open') await database.close();
  return end.kind === 'outbid' ? judgeOutbid(agent, story.hold, end.outbid) : end;
}

type Taken = Line | { readonly kind: 'outbid'; readonly outbid: Outbid };

async function takeLine(story: ScriptStory, database: Database): Promise<Taken> {
  const { hold } = story;
  const locked = await waitForLock(story, database);
  if (locked.kind !== 'open') return locked;
  const highest = await database.raiseFence(scopeOf(story), hold.ref.fence);
  if (highest.kind !== 'done') return unusable(story, highest);
  if (highest.value <= hold.ref.fence) return { kind: 'open', database };
  return { kind: 'outbid', outbid: databaseOutbid(story, highest.value) };
}

/** A database that has seen a higher fence. */
export function databaseOutbid(story: ScriptStory, seen?: number): Outbid {
  const target = `Database ${placeOf(story.script.rule)}`;
  const higher = seen === undefined ? 'a higher fence' : `fence ${String(seen)}`;
  return {
    target,
    ...(seen !== undefined && { seen }),
    kept: `the row of ${scopeOf(story)} in interlock_fence there`,
    sentence: `${target} has seen ${higher}, and this claim has ${String(story.hold.ref.fence)}.`,
  };
}

/** Names the installation too: another one counts its fences and issues apart. */
export const scopeOf = ({ agent, script }: ScriptStory): string =>
  `${agent.settings.identity.audience} ${script.step.scope}`;

async function waitForLock(story: ScriptStory, database: Database): Promise<Line> {
  const { agent, hold, script } = story;
  const { clock } = agent;
  const from = instant(clock);
  let idleFrom = from;
  let told = false;
  for (;;) {
    // Nothing has begun in this session: an agent that is asked to end lets go.
    const permit = await hold.mayBegin();
    if (permit.kind !== 'yes') return permit;
    const reply = await database.lock();
    if (reply.kind !== 'done') return unusable(story, reply);
    const answer = reply.value;
    if (answer.kind === 'held') return { kind: 'open', database };
    if (answer.runs) idleFrom = instant(clock);
    const { idleSessionSeconds } = agent.settings.limits;
    const seconds = answer.runs ? BUSY_HOLDER_SECONDS : idleSessionSeconds;
    if (elapsedSince(answer.runs ? from : idleFrom, clock) > seconds * 1_000) {
      if (await endHolder(story, answer, seconds)) {
        idleFrom = instant(clock);
        continue;
      }
      const has = heldWords(answer.runs, seconds, script.rule.user);
      const sentence = `Session ${answer.session} of database ${placeOf(script.rule)} ${has}; end that session or the agent that it belongs to, then retry.`;
      return { kind: 'failed', failure: { class: 'time-out', sentence } };
    }
    if (!told)
      await tell(
        story,
        'running',
        `Session ${answer.session} still has Interlock's lock; waiting for its end.`,
      );
    told = true;
    await clock.sleep(LOCK_LOOK_MILLISECONDS, hold.over);
  }
}

/**
 * Ends a session whose agent is frozen, or whose machine is gone: this claim's fence shuts that agent out, and
 * the ledger says what it had begun. Whoever loses a session while it still has its job opens another and goes on.
 */
async function endHolder(
  story: ScriptStory,
  { session, end }: Extract<LockAnswer, { kind: 'busy' }>,
  seconds: number,
): Promise<boolean> {
  const ended = await end?.();
  if (ended?.kind !== 'done') return false;
  const words = `had Interlock's lock and ran nothing for ${String(seconds)} s, so it was ended`;
  await tell(story, 'running', `Session ${session} ${words}.`);
  return true;
}

function heldWords(runs: boolean | null, seconds: number, user: string): string {
  const held = `has had Interlock's lock for ${String(seconds)} s`;
  if (runs === null) {
    return `${held}, and user ${user} may not see what it runs (PostgreSQL: pg_read_all_stats, MySQL: PROCESS)`;
  }
  return runs
    ? `${held} and still runs a statement`
    : `has Interlock's lock and has run nothing for ${String(seconds)} s`;
}

/** Interlock's own question was lost, or the server says no to it. */
export function unusable(
  { script }: ScriptStory,
  reply: Exclude<Reply<unknown>, { kind: 'done' }>,
): Extract<Line, { kind: 'failed' }> {
  const words = `(${reply.sentence})`;
  const sentence =
    reply.kind === 'lost'
      ? `The connection to database ${placeOf(script.rule)} was lost before the script went on ${words}; nothing is in doubt. Retry.`
      : `Interlock's tables in database ${placeOf(script.rule)} cannot be used ${words}; let user ${script.rule.user} create and write interlock_fence and interlock_ledger there.`;
  const kind = reply.kind === 'lost' ? 'transport' : 'permission';
  return { kind: 'failed', failure: { class: kind, sentence } };
}
