/** One release from enrollment to Deployed, over a line that is cut once; and what came of it, everywhere. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { liveAgent } from '../../../agent/agent-loop';
import { createAppClient } from '../../../agent/app-client';
import { createCentres } from '../../../agent/centres/centres';
import { openState, statePaths } from '../../../agent/cli/state-directory';
import { createExchange } from '../../../agent/exchange';
import { createJournal } from '../../../agent/journal';
import { createKeyFiles } from '../../../agent/key-files';
import { createKeyRing } from '../../../agent/key-ring';
import type { Journal } from '../../../agent/ports/journal';
import { createKeyRenewal } from '../../../agent/renew-key';
import { createServerTime } from '../../../agent/server-time';
import type { DatabaseRule } from '../../../agent/sql/database-rule';
import type { ReportEntry } from '#wire/agent';
import { aHost, aSite, NOW } from '../../support/builders';
import { aReleaseWorld } from '../../support/release-world';
import { setKey, written } from '../../support/written-content';
import { anAgent, silent } from '../../agent/support/an-agent';
import { createFleet } from '../../agent/support/fake-hosts';
import { NEW } from '../../agent/support/plans';
import { fenceFaults, repeatedClaims } from './answered-claims';
import { disagreements, recordsOf, stored } from './compare-records';
import { SIT_ALONE, startRelease } from './clicks';
import { patientClock } from './fast-clock';
import { startFaultProxy } from './fault-proxy';
import type { Fault } from './fault-proxy';
import { letIn } from './let-in';
import { createMemoryDatabase } from './memory-database';
import { quickDirectory } from './quick-directory';
import { serveHandlers } from './served-app';
import { namespacesIn } from './target-host';

/** A minute in a second: a stalled message costs the agent half of its lease. */
const PACE = 60;

/** Longest that the agent waits for a connection, a first byte, an answer. */
export const DEADLINE_SECONDS = 0.5;

/** A story takes two; one that does not end is a violation. */
const STORY_SECONDS = 60;

/** Longer than a heartbeat's turn, so that each operation comes by. */
const SLOW_MILLISECONDS = 25_000;

/** After a lost answer the agent asks for its new key again; a busy machine may lose that answer, too. */
const RENEWAL_MILLISECONDS = 3_600_000;
const RENEWAL_SECONDS = 6;
const HOURS_MAX = 12;

export interface StoryEnd {
  /** Everything that must be as in the story without a cut. */
  readonly picture: object;
  /** What the app and the agent say of the same thing, where they differ. */
  readonly disagreements: readonly string[];
  /** Claims that reached the app once more. */
  readonly repeatedClaims: number;
  readonly struck: boolean;
  readonly seen: ReadonlyMap<string, number>;
  readonly seconds: number;
}

const SQL = ['CREATE TABLE notes (id int)', 'INSERT INTO notes VALUES (1)'];
const WORK = written(
  [{ id: 'notes', name: 'notes.sql', text: `${SQL.join(';\n')};` }],
  [{ id: 'colours', namespace: 'colours.json', keys: [setKey('door', 'red')] }],
  { code: [{ site: 'shop', version: NEW.version, artifactSha256: NEW.digest }] },
);
const PLACE = {
  hosts: [1, 2].map((serial) =>
    aHost({ id: `web${serial}`, name: `web-${serial}`, address: `10.0.0.${serial}` }),
  ),
  basePath: '/srv/shop',
  servicePort: 8080,
  healthPath: '/healthz',
  versionPath: '/version',
};
const RULE: DatabaseRule = {
  ...{ id: 'orders', environments: ['SIT'], engine: 'postgresql', host: '127.0.0.1', port: 1 },
  ...{ database: 'orders', user: 'release', passwordFile: '/etc/interlock/password' },
};

/** Plays the story; `fault` absent: the line is sound. */
export async function playStory(fault?: Fault): Promise<StoryEnd> {
  const from = performance.now();
  const directory = quickDirectory('cut');
  const clock = patientClock(PACE, NOW * 1_000);
  const site = aSite({ store: 'packages', environments: { SIT: PLACE } });
  const world = await aReleaseWorld({ ...WORK, sites: [site], policy: SIT_ALONE });
  const app = await serveHandlers(world.ports, clock);
  const proxy = await startFaultProxy(app.port, fault);
  const opened = openState(join(directory, 'state'));
  if (opened.kind === 'failed') throw new Error(opened.end.sentence);
  const { key, database, close } = opened.state;

  const exchange = createExchange(`http://127.0.0.1:${proxy.port}/agent`, {
    appConnectSeconds: DEADLINE_SECONDS,
    appFirstByteSeconds: DEADLINE_SECONDS,
    appTotalSeconds: DEADLINE_SECONDS,
  });
  const time = createServerTime(clock);
  const ring = createKeyRing(key);
  const keyPaths = statePaths(join(directory, 'state'));
  const sender = { exchange, clock, time, key: ring, boot: 'b007b007b007', log: silent };
  const slow = () => clock.sleep(SLOW_MILLISECONDS);
  const fleet = createFleet();
  const databases = createMemoryDatabase(slow);
  const centre = join(directory, 'centre');
  const centres = createCentres(
    [{ id: 'files', environments: ['SIT'], kind: 'files', directory: centre }],
    {
      secrets: { directory: join(directory, 's'), keyFile: join(directory, 'k') },
      merged: join(directory, 'm'),
    },
  );
  const stopping = new AbortController();
  try {
    const identity = await letIn(world.ports, sender);
    const told: ReportEntry[] = [];
    const journal = overheard(createJournal(database), told);
    const client = createAppClient(sender, identity, '1.0.0');
    const agent = anAgent({
      clock,
      app: client,
      journal,
      centres,
      fleet: {
        ...fleet,
        connect: async (target) => {
          const line = await fleet.connect(target);
          if (line.kind === 'failed' || target.host.id !== 'web1') return line;
          const { session } = line;
          const stage: typeof session.stage = (order, artifact) =>
            slow().then(() => session.stage(order, artifact));
          return { kind: 'connected', session: { ...session, stage } };
        },
      },
    });
    const settings = { ...agent.settings, databases: [RULE], identity };
    const renewKey = createKeyRenewal({
      ...{ ring, app: client, clock, log: silent, identity, days: 1 },
      // The key is as old as can be, and so is due with the first poll.
      files: { ...createKeyFiles(key, keyPaths), bornAt: 0 },
    });
    const life = liveAgent({ ...agent, databases, settings, renewKey }, stopping.signal);
    await startRelease(world, app);

    const isDeployed = async (): Promise<boolean> =>
      world.ports.jira.statusOf(world.issue) === 'deployed' &&
      (await journal.openJobs()).length === 0 &&
      (fault?.op !== 'poll' || proxy.struck());
    const until = async (seconds: number, isReached: () => Promise<boolean>): Promise<void> => {
      const deadline = clock.monotonicMilliseconds() + seconds * PACE * 1_000;
      while (clock.monotonicMilliseconds() < deadline && !(await isReached())) await sleep(20);
    };
    await until(STORY_SECONDS, isDeployed);
    // Refused on its way, an agent tries the key that waits, too: it is renewed when none waits any more.
    const isRenewed = (): boolean => ring.keyId !== key.keyId && !existsSync(keyPaths.nextKey);
    for (let hour = 0; hour < HOURS_MAX && !isRenewed(); hour += 1) {
      clock.jump(RENEWAL_MILLISECONDS);
      await until(RENEWAL_SECONDS, async () => isRenewed());
    }
    await proxy.settled();
    stopping.abort();
    await life;
    await app.drain();

    const records = await recordsOf(world);
    return {
      picture: {
        ...records,
        effects: [...fleet.effects].sort(),
        statements: databases.effects,
        namespaces: namespacesIn(centre),
        // The former key is good for a day, so that nothing on its way is lost.
        keys: stored(world.ports.memory, 'agent')
          .find(({ agentId }) => agentId === identity.agent)
          ?.keys.map(({ id, notAfter }) => ({
            is: id === key.keyId ? 'former' : id === ring.keyId ? 'new' : 'unknown',
            ends: notAfter !== null,
          })),
        keyFiles: readdirSync(join(directory, 'state')).filter((name) => name.endsWith('.pem')),
      },
      disagreements: [
        ...app.setbacks,
        ...fenceFaults(world.ports.memory, app.claims),
        ...disagreements(world.ports.memory, database, { told }),
      ],
      repeatedClaims: repeatedClaims(app.claims),
      struck: proxy.struck(),
      seen: proxy.seen,
      seconds: (performance.now() - from) / 1_000,
    };
  } finally {
    stopping.abort();
    await proxy.close();
    await app.close();
    close();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Keeps everything that the agent has to tell. */
const overheard = (journal: Journal, told: ReportEntry[]): Journal => ({
  ...journal,
  tell: (job, entry) => (told.push(entry), journal.tell(job, entry)),
  writeIntent: (intent, entry) => (told.push(entry), journal.writeIntent(intent, entry)),
  writeResult: (serial, result, entry) => (
    told.push(entry),
    journal.writeResult(serial, result, entry)
  ),
});
