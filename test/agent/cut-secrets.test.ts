/** Where a text is cut, the secrets have left it before: half of one is found by nobody afterwards. */
import { describe, expect, test } from '@jest/globals';
import { liveAgent } from '../../agent/agent-loop';
import { sha256Hex } from '../../agent/keys';
import type { Agent } from '../../agent/ports/agent';
import { createRedaction, withRedaction } from '../../agent/redaction';
import type { Database } from '../../agent/sql/database';
import type { DatabaseRule } from '../../agent/sql/database-rule';
import { aJournal, anAgent } from './support/an-agent';
import { createFakeApp } from './support/fake-app';
import { createFleet } from './support/fake-hosts';
import { aPlan } from './support/plans';
import { runTestScripts } from './support/script-world';
import { createVirtualClock } from './support/virtual-clock';

const SECRET = 'Tr0ub4d-horse-battery-staple';
const PIECES = Array.from({ length: SECRET.length - 5 }, (_, from) => SECRET.slice(from, from + 6));
const redaction = createRedaction();
redaction.learn(SECRET);
const { redact } = redaction;

const piecesIn = (...told: readonly unknown[]): readonly string[] =>
  PIECES.filter((piece) => JSON.stringify(told).includes(piece));

/** So many characters, and then the secret. */
const secretAt = (at: number): string => `${'x'.repeat(at)}${SECRET} end.`;

describe.each([474, 480, 486, 493])(
  'a host whose last words hold a secret at character %d',
  (at) => {
    const aWorld = () => {
      const clock = createVirtualClock();
      const app = createFakeApp(clock, aPlan(['web-1']));
      const fleet = createFleet();
      const lines: unknown[] = [];
      const keep = (...line: readonly unknown[]): void => void lines.push(line);
      const { journal } = aJournal();
      const base = anAgent({ clock, app, fleet, journal });
      const log = { info: keep, warn: keep, error: keep };
      const agent: Agent = withRedaction({ ...base, log, redact });
      const { connect } = fleet;
      fleet.connect = async (target) => {
        const line = await connect(target);
        return line.kind === 'failed'
          ? { ...line, failure: { ...line.failure, sentence: secretAt(at) } }
          : line;
      };
      const live = async (isOver: () => boolean): Promise<void> => {
        const stopping = new AbortController();
        const watch = async (): Promise<void> => {
          while (!isOver() && clock.milliseconds < 600_000) await clock.sleep(100);
          stopping.abort();
        };
        await clock.drive(Promise.all([liveAgent(agent, stopping.signal), watch()]));
      };
      return { app, clock, fleet, journal, lines, live };
    };

    test('shows no piece of it in the question about an act', async () => {
      const { app, fleet, lines, live } = aWorld();
      fleet.disturb = (moment, host, act) => {
        if (moment !== 'after' || act !== 'activate') return undefined;
        fleet.host(host).down = true;
        return 'lost';
      };

      await live(() => app.outcome !== null);

      expect(app.outcome).toMatchObject({ kind: 'unknown' });
      expect(piecesIn(app.outcome, app.entries, lines)).toEqual([]);
    });

    test('shows no piece of it in the question about an act of an earlier life', async () => {
      const { app, fleet, journal, lines, live } = aWorld();
      const ref = { job: '10001.9', fence: 1 };
      await journal.beginJob(ref, 0);
      await journal.writeIntent(
        {
          ...{ ...ref, step: 'code-1', host: 'web-1', act: 'activate' },
          ...{ digest: 'b'.repeat(64), version: '1.1.0' },
        },
        { at: 1, step: 'code-1', host: 'web-1', state: 'switching', note: '', milliseconds: 0 },
      );
      fleet.host('web-1').down = true;

      await live(() => app.outcome !== null);

      expect(app.outcome).toMatchObject({ kind: 'unknown' });
      expect(piecesIn(app.outcome, app.entries, lines)).toEqual([]);
    });
  },
);

const RULE: DatabaseRule = {
  ...{ id: 'orders', environments: ['SIT'], engine: 'postgresql', host: 'db', port: 5432 },
  ...{ database: 'orders', user: 'release', passwordFile: '/none' },
};

/** A database that an agent has left in the middle of the script's one statement. */
const leftIn = (text: string): Database => ({
  version: async () => ({ kind: 'done', value: '15' }),
  lock: async () => ({ kind: 'done', value: { kind: 'held' } }),
  raiseFence: async (_scope, fence) => ({ kind: 'done', value: fence }),
  readLedger: async (page) => ({
    kind: 'done',
    value: [
      {
        ...{ ...page, number: 1, statementDigest: sha256Hex(text), job: '10001.0', fence: 1 },
        ...({ state: 'intent', atomic: false } as const),
      },
    ],
  }),
  write: async () => ({ kind: 'done', value: null }),
  isAtomic: async () => ({ kind: 'done', value: false }),
  run: async () => ({ kind: 'lost', sentence: 'nothing runs here' }),
  set: async () => ({ kind: 'done', value: 0 }),
  close: async () => undefined,
});

test.each([94, 100, 106, 113])(
  'a statement with a secret at character %d shows no piece of it in the question about it',
  async (at) => {
    const text = `CALL ${secretAt(at - 5)}`;
    const scripts = [{ id: 'p', text }];
    const databases: Agent['databases'] = {
      connect: async () => ({ kind: 'connected', database: leftIn(text) }),
    };
    const clock = createVirtualClock();
    const work = runTestScripts(
      { rule: RULE, scripts, isResumed: true },
      { clock, databases, redact },
    );

    const { end, entries } = await clock.drive(work);

    expect(end).toMatchObject({ kind: 'unknown' });
    expect(piecesIn(end, entries)).toEqual([]);
  },
);
