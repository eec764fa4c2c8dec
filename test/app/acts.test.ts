/** What agents did at targets: told once, chained, sealed by whatever ends their job, and handed out. */
import { describe, expect, test } from '@jest/globals';
import { exportAudit } from '#app/export-audit';
import { reconcile } from '#app/reconcile';
import { showRelease } from '#app/show-release';
import { ENTRY_ACTS_MAX, LEASE_SECONDS, REPORT_ENTRIES_MAX } from '#wire/agent';
import { TAKEOVER_GRACE_SECONDS } from '#wire/agent';
import type { AgentAct, ClaimAnswer, ReportEntry } from '#wire/agent';
import { answerAs } from '../support/answer-as';
import type { AuditFile } from '../../static/release-panel/src/join-pages';
import { joinPages } from '../../static/release-panel/src/join-pages';
import type { AgentCaller } from '../support/agent-caller';
import {
  aContent,
  aSite,
  LEADER,
  NOW,
  PACKAGE_DIGEST,
  REPORTER,
  someHosts,
  TESTER,
} from '../support/builders';
import { aReleaseWorld } from '../support/release-world';
import type { ReleaseWorld } from '../support/release-world';

const SILENCE = LEASE_SECONDS + TAKEOVER_GRACE_SECONDS;
const DIGEST = 'a'.repeat(64);

const act = (what: AgentAct['what'], fence: number, over: Partial<AgentAct> = {}): AgentAct => ({
  what,
  result: 'done',
  fence,
  of: `1.0.0 ${DIGEST}`,
  ...over,
});

const entry = (acts: readonly AgentAct[], over: Partial<ReportEntry> = {}): ReportEntry => ({
  ...{ at: NOW, step: 'code-1', host: 'web1', state: 'switched', note: '', milliseconds: 5 },
  ...(acts.length > 0 && { acts: [...acts] }),
  ...over,
});

async function started(parts: Parameters<typeof aReleaseWorld>[0] = {}): Promise<ReleaseWorld> {
  const world = await aReleaseWorld(parts);
  await world.click('submit', REPORTER);
  await world.click('start', TESTER);
  return world;
}

const tell = async (
  { agent }: ReleaseWorld,
  claim: ClaimAnswer,
  entries: readonly ReportEntry[],
  caller: AgentCaller = agent,
): Promise<ClaimAnswer> => {
  const { job, fence } = claim;
  const seq = claim.lastSeq + 1;
  const answer = await caller.call({ op: 'report', job, fence, seq, data: { entries } });
  expect(answer.status).toBe(200);
  return { ...claim, lastSeq: seq };
};

const download = ({ ports, issue }: ReleaseWorld): Promise<AuditFile> =>
  joinPages(async (start) => {
    const page = await exportAudit(ports, { issueId: issue.id, ...start });
    if (page.kind === 'refused') throw new Error(page.sentence);
    return page;
  });

const sealsIn = ({ segments }: AuditFile) =>
  segments
    .flatMap(({ events }) => events)
    .flatMap((event) => (event.type === 'job-claimed' ? [event.acts] : []));

const namesIn = ({ acts }: AuditFile): readonly string[] =>
  acts.flatMap((row) =>
    row.acts.map(({ place, what, fence, result }) =>
      [row.name, what, place, fence, result].join(' '),
    ),
  );

describe('the acts of a job', () => {
  test('are handed out with who did what where, sealed in the history by its end', async () => {
    const world = await started();
    const claim = await world.claim();
    const note = 'Statement 3 of 9: 1 row';
    const first = await tell(world, claim, [
      entry([act('stage', claim.fence)]),
      entry([], { state: 'switching' }),
      entry([act('activate', claim.fence)], { note }),
    ]);
    const last = await tell(world, first, [
      entry([act('start', claim.fence, { result: 'failed' })]),
    ]);
    await world.finish(last, { kind: 'succeeded' });

    const audit = await download(world);

    expect(namesIn(audit)).toEqual([
      `Room 1 stage web1 ${claim.fence} done`,
      `Room 1 activate web1 ${claim.fence} done`,
      `Room 1 start web1 ${claim.fence} failed`,
    ]);
    expect(audit.acts[0]?.acts[1]).toMatchObject({ at: NOW, step: 'code-1', note });
    expect(audit.acts[0]?.agent).toBe(world.agent.agentId);
    expect(sealsIn(audit)).toEqual([{ rows: 2, count: 3, head: audit.acts[1]?.hash }]);
    const view = await showRelease(world.ports, { issueId: world.issue.id, accountId: LEADER });
    const story = view.kind === 'release' ? view.story.map(({ text }) => text) : [];
    expect(story).toContainEqual(expect.stringContaining('3 acts'));
  });

  test('go on in the same chain when another agent takes over, which tells what it finds', async () => {
    const world = await aReleaseWorld();
    const second = await world.enrollAgent(undefined, { name: 'Room 2' });
    await world.click('submit', REPORTER);
    await world.click('start', TESTER);
    const old = await world.claim();
    await tell(world, old, [entry([act('stage', old.fence)])]);
    world.ports.pass(SILENCE);
    const now = await world.claim('request-2', second);
    const found = ['stage', 'activate'] as const;
    const entries = [
      entry([
        act('stage', now.fence),
        ...found.map((what) => act(what, old.fence, { found: true })),
      ]),
    ];
    const told = await tell(world, now, entries, second);
    const { job, fence } = told;
    const data = { outcome: { kind: 'succeeded' } };
    await second.call({ op: 'finish', job, fence, seq: told.lastSeq + 1, data });

    const audit = await download(world);

    expect(namesIn(audit)).toEqual([
      `Room 1 stage web1 ${old.fence} done`,
      `Room 2 stage web1 ${now.fence} done`,
      `Room 2 activate web1 ${old.fence} done`,
    ]);
    expect(sealsIn(audit)).toEqual([undefined, { rows: 2, count: 3, head: audit.acts[1]?.hash }]);
  });

  test('whose end nobody knew are told again by whoever finds it, and counted with the rest', async () => {
    const world = await started();
    const old = await world.claim();
    const unknown = act('activate', old.fence, { result: 'unknown' });
    await tell(world, old, [entry([unknown])]);
    world.ports.pass(SILENCE);
    const now = await world.claim('request-2');
    const found = act('activate', old.fence, { found: true });
    const told = await tell(world, now, [entry([unknown, found]), entry([found])]);
    await world.finish(told, { kind: 'succeeded' });

    const audit = await download(world);

    expect(namesIn(audit)).toEqual([
      `Room 1 activate web1 ${old.fence} unknown`,
      `Room 1 activate web1 ${old.fence} done`,
    ]);
    expect(sealsIn(audit)[0]).toEqual({ rows: 2, count: 2, head: audit.acts[1]?.hash });
  });

  test.each([
    [
      'the question that its agent ends with',
      async (world: ReleaseWorld, claim: ClaimAnswer) => {
        await world.finish(claim, { kind: 'unknown', question: 'Does web1 serve 1.0.0?' });
      },
    ],
    [
      'the answer of a person, when its agent has left',
      async ({ ports, issue }: ReleaseWorld) => {
        ports.pass(SILENCE);
        const answer = { issueId: issue.id, accountId: LEADER, answer: 'not-done' } as const;
        expect(await answerAs(ports, answer)).toMatchObject({ kind: 'done' });
      },
    ],
    [
      'the end of a release whose issue is gone',
      async ({ ports, issue }: ReleaseWorld) => {
        ports.pass(SILENCE);
        ports.jira.issues.delete(issue.id);
        await reconcile(ports, issue.id);
      },
    ],
  ])('are sealed by %s', async (_, end) => {
    const world = await started();
    const claim = await world.claim();
    const told = await tell(world, claim, [entry([act('stage', claim.fence)])]);

    await end(world, told);

    const audit = await download(world);
    expect(audit.acts).toHaveLength(1);
    expect(sealsIn(audit)).toEqual([{ rows: 1, count: 1, head: audit.acts[0]?.hash }]);
  });

  test('are no part of a report that does not count, nor of one that is told again', async () => {
    const world = await started();
    const claim = await world.claim();
    const report = {
      ...({ op: 'report' } as const),
      ...{ job: claim.job, fence: claim.fence, seq: claim.lastSeq + 1 },
      data: { entries: [entry([act('stage', claim.fence)])] },
    } as const;
    await world.agent.call(report);
    await world.agent.call(report);
    await world.agent.call({ ...report, seq: claim.lastSeq + 3 });
    await world.agent.call({ ...report, fence: claim.fence - 1, seq: claim.lastSeq + 2 });

    expect(await world.ports.memory.get('job', claim.job)).toMatchObject({
      acts: { rows: 1, count: 1 },
    });
  });

  test('are in no chain where the job was offered by a version that had none, or its agent tells none', async () => {
    const world = await started();
    const claim = await world.claim();
    const { rows } = world.ports.memory;
    for (const [name, text] of rows)
      if (name.includes('job') && text.includes('"acts"'))
        rows.set(name, text.replace(/,"acts":\{[^}]*\}/, ''));
    expect(await world.ports.memory.get('job', claim.job)).not.toHaveProperty('acts');

    const told = await tell(world, claim, [entry([act('stage', claim.fence)])]);
    await world.finish(told, { kind: 'succeeded' });
    const verify = await world.claim('request-2');
    await world.finish(await tell(world, verify, [entry([])]), { kind: 'succeeded' });

    const audit = await download(world);
    expect(audit.acts).toEqual([]);
    expect(sealsIn(audit)).toEqual([undefined, undefined]);
    expect((await world.record()).status).toBe('deployed');
  });
});

describe('what acts cost', () => {
  test.each([500, 5_000])(
    'on %d hosts fits the store, and a report costs one write',
    async (count) => {
      // A site is stored in one value, so that many hosts are those of several sites.
      const sites = Array.from({ length: Math.ceil(count / 1_000) }, (_, at) => `shop${at + 1}`);
      const each = someHosts(count / sites.length);
      const artifact = { version: '1.0.0', artifactSha256: PACKAGE_DIGEST };
      const world = await started({
        sites: sites.map((id) => aSite({ id, hosts: each })),
        content: aContent({ code: sites.map((site) => ({ site, ...artifact })) }),
      });
      const { ports } = world;
      let claim = await world.claim();
      const places = sites.flatMap((_, at) =>
        each.map(({ id }) => ({ step: `code-${at + 1}`, host: id })),
      );
      const note = '客'.repeat(1_000);
      const fullest = places.slice(0, REPORT_ENTRIES_MAX).map((place) => {
        const fences = Array.from({ length: ENTRY_ACTS_MAX }, (_, at) => claim.fence + at);
        const acts = fences.map((fence) => act('start', fence, { of: `${fence} ${DIGEST}` }));
        return entry(acts, { ...place, note, state: 'failed' });
      });
      // As many as one message takes.
      const longest = fullest.slice(0, 36);
      claim = await tell(world, claim, longest);
      for (let from = 0; from < count; from += REPORT_ENTRIES_MAX) {
        const told = places.slice(from, from + REPORT_ENTRIES_MAX);
        const acts = (['stage', 'activate', 'start'] as const).map((what) =>
          act(what, claim.fence + 100),
        );
        claim = await tell(
          world,
          claim,
          told.map((place) => entry(acts, place)),
        );
      }
      ports.resetCost();
      const [first = { step: 'code-1', host: 'web1' }] = places;
      claim = await tell(world, claim, [entry([act('start', claim.fence + 101)], first)]);
      expect(ports.cost.writes).toBe(1);

      const sizes = [...ports.memory.rows].flatMap(([name, text]) =>
        /^(acts|host-states|job)\b/.test(name) ? [Buffer.byteLength(text)] : [],
      );
      await world.finish(claim, { kind: 'succeeded' });
      const audit = await download(world);
      const [largest, sum] = [Math.max(...sizes), sizes.reduce((all, size) => all + size, 0)];
      process.stdout.write(
        `acts on ${count} hosts: ${audit.acts.length} rows, ${(sum / 1_024).toFixed(0)} KiB with jobs and states, the largest value ${(largest / 1_024).toFixed(0)} KiB\n`,
      );
      expect(largest).toBeLessThan(240 * 1_024);
      expect(sealsIn(audit)[0]?.count).toBe(3 * count + longest.length * ENTRY_ACTS_MAX + 1);
    },
    120_000,
  );
});
