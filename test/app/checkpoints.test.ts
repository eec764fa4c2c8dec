/** Three places know how long a history is: the app's store, the agent's journal, and a comment in Jira. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { segmentKey } from '#app/commit';
import { exportAudit } from '#app/export-audit';
import { Checkpoint, countersignedText } from '#wire/checkpoint';
import type { SignedCheckpoint } from '#wire/checkpoint';
import type { AuditPage } from '#wire/page';
import type { ErrorAnswer, FinishAnswer, PollAnswer } from '#wire/agent';
import { LEADER, REPORTER, TESTER } from '../support/builders';
import { keyOf } from '../../agent/keys';
import { joinPages } from '../../static/release-panel/src/join-pages';
import { anAuditedRelease } from '../support/audited-release';
import type { AuditedRelease } from '../support/audited-release';

let release: AuditedRelease;
beforeEach(async () => {
  release = await anAuditedRelease();
  await release.world.click('submit', REPORTER);
  await release.world.click('start', TESTER);
});

const sizeOf = ({ text }: SignedCheckpoint): number => Checkpoint.parse(JSON.parse(text)).segments;

const kept = () => release.own.checkpointsOf(release.world.issue.id);

const stored = async (segments: number) =>
  release.world.ports.memory.get('checkpoint', segmentKey(release.world.issue.id, segments));

/** A poll with these countersigned checkpoints, as the agent that the world has would send it. */
async function pollWith(countersigned: readonly object[]): Promise<PollAnswer> {
  const data = { version: '1.0.0', busy: false, countersigned };
  const answer = await release.world.agent.call({ op: 'poll', data });
  if (answer.status !== 200) throw new Error(JSON.stringify(answer));
  return answer.body as PollAnswer;
}

const countersign = (signed: SignedCheckpoint, agent = release.world.agent) => ({
  ...signed,
  countersignature: keyOf(agent.keys.privateKey).sign(
    countersignedText(agent.agentId, signed.text),
  ),
});

/** Claims and ends the job that is offered. */
async function ended(): Promise<string> {
  const { job, fence, lastSeq } = await release.world.claim();
  const finish = { op: 'finish', job, fence, seq: lastSeq + 1 } as const;
  await release.world.agent.call({ ...finish, data: { outcome: { kind: 'succeeded' } } });
  return job;
}

describe('the end of a job', () => {
  test('is answered with the history that it has become a part of, signed', async () => {
    await release.finish();

    const { history, issueKey } = await release.world.record();
    const [checkpoint] = kept().map(({ text }) => Checkpoint.parse(JSON.parse(text)));
    const { segments, events, head } = history;
    expect(checkpoint).toMatchObject({ v: 1, issueKey, segments, events, head });
    expect(checkpoint).toMatchObject({ aud: release.world.ports.audience });
    expect(release.errors).toEqual([]);
  });

  test('is answered so again when its first answer was lost', async () => {
    const { job, fence, lastSeq } = await release.world.claim();
    const finish = { op: 'finish', job, fence, seq: lastSeq + 1 } as const;
    const message = { ...finish, data: { outcome: { kind: 'succeeded' } } };
    const first = await release.world.agent.call(message);
    const again = await release.world.agent.call(message);

    expect(again.status).toBe(200);
    const [one, other] = [first, again].map(({ body }) => (body as FinishAnswer).checkpoint);
    expect(one && sizeOf(one)).toBe(other && sizeOf(other));
  });

  test('is told with a checkpoint to the agent that asks for the job anew, having died of the answer', async () => {
    const job = await ended();

    const asked = await release.world.agent.call({
      ...{ op: 'claim', job },
      data: { requestId: 'second-life' },
    });

    expect(asked).toMatchObject({ status: 410, body: { error: 'gone' } });
    const { checkpoint } = asked.body as ErrorAnswer;
    const { history } = await release.world.record();
    expect(checkpoint && sizeOf(checkpoint)).toBe(history.segments);
  });

  test('is told without one to an agent that never had the job', async () => {
    const job = await ended();
    const other = await release.world.enrollAgent();

    const asked = await other.call({ op: 'claim', job, data: { requestId: 'nobody' } });

    expect(asked.status).toBe(410);
    expect(asked.body).not.toHaveProperty('checkpoint');
  });

  test('counts without a checkpoint where none can be signed', async () => {
    const { job, fence, lastSeq } = await release.world.claim();
    const { ports } = release.world;
    Object.assign(ports.crypto, { signAsApp: () => Promise.reject(new Error('no key')) });

    const answer = await release.world.agent.call({
      op: 'finish',
      job,
      fence,
      seq: lastSeq + 1,
      data: { outcome: { kind: 'succeeded' } },
    });

    expect(answer.status).toBe(200);
    expect(answer.body).not.toHaveProperty('checkpoint');
    expect(ports.warnings.join()).toContain('without a checkpoint');
    expect((await release.world.record()).status).toBe('verifying');
  });
});

describe('a countersigned checkpoint', () => {
  test('is kept with both signatures and the agent’s key, and acknowledged once it is', async () => {
    await release.finish();
    const [signed] = kept();
    if (!signed) throw new Error('Nothing was kept.');
    await release.poll();

    const row = await stored(sizeOf(signed));
    expect(row?.witnesses).toEqual([
      {
        ...countersign(signed),
        agent: release.world.agent.agentId,
        publicKey: release.world.agent.keys.publicKey,
        at: release.world.ports.clock.now(),
      },
    ]);
    expect(await release.journal.waitingCheckpoints(release.identity.audience, 9)).toEqual([]);
  });

  test('is kept once, however often it is told, and beside that of another agent', async () => {
    await release.finish();
    const [signed] = kept();
    if (!signed) throw new Error('Nothing was kept.');
    await pollWith([countersign(signed)]);
    expect((await pollWith([countersign(signed)])).countersigned).toHaveLength(1);

    const other = await release.world.enrollAgent();
    const data = { version: '1', busy: false, countersigned: [countersign(signed, other)] };
    await other.call({ op: 'poll', data });

    const row = await stored(sizeOf(signed));
    expect(row?.witnesses.map(({ agent }) => agent)).toEqual([
      release.world.agent.agentId,
      other.agentId,
    ]);
  });

  test('comes again when somebody else wrote at the same moment', async () => {
    await release.finish();
    const [signed] = kept();
    if (!signed) throw new Error('Nothing was kept.');
    const other = await release.world.enrollAgent();
    await pollWith([countersign(signed)]);
    // Its sign of life is noted now, so that the next write is the one that is disturbed.
    await other.call({ op: 'poll', data: { version: '1', busy: false } });
    const { ports } = release.world;
    ports.meanwhile = async () => {
      ports.meanwhile = undefined;
      const key = segmentKey(release.world.issue.id, sizeOf(signed));
      const row = await ports.memory.get('checkpoint', key);
      if (!row) throw new Error('There is no row.');
      const record = { ...row, version: row.version + 1 };
      await ports.memory.transact([
        { type: 'set', entity: 'checkpoint', key, record, expect: row.version },
      ]);
    };
    const data = { version: '1', busy: false, countersigned: [countersign(signed, other)] };

    const lost = await other.call({ op: 'poll', data });
    const again = await other.call({ op: 'poll', data });

    expect(lost.body).not.toHaveProperty('countersigned');
    expect((again.body as PollAnswer).countersigned).toHaveLength(1);
  });

  test('that the app did not sign, or that the caller did not countersign, is not kept and need not come again', async () => {
    await release.finish();
    const [signed] = kept();
    if (!signed) throw new Error('Nothing was kept.');
    const good = countersign(signed);
    const other = await release.world.enrollAgent();
    const forged = [
      { ...good, signature: good.countersignature },
      countersign(signed, other),
      { ...good, text: good.text.replace('"segments":', '"segments":1') },
    ];

    const answer = await pollWith(forged);

    expect(answer.countersigned).toHaveLength(3);
    expect(await stored(sizeOf(signed))).toBeUndefined();
    expect(release.world.ports.warnings).toHaveLength(3);
  });
});

test('the comment that closes an attempt tells entries and head', async () => {
  await release.finish();
  await release.finish();

  const { history } = await release.world.record();
  const words = release.world.issue.comments.at(-1)?.comment.text;
  expect(words).toContain(`Audit: ${history.events} entries, head ${history.head}.`);
});

describe('an audit', () => {
  test('comes in pages, whole, with the witnesses and keys', async () => {
    for (let round = 0; round < 4; round += 1) {
      await release.finish();
      await release.finish();
      await release.poll();
      await release.world.click('iterate', REPORTER);
      await release.world.click('submit', REPORTER);
      await release.world.click('start', LEADER);
    }

    const { history } = await release.world.record();
    const audit = await release.audit();

    expect(history.segments).toBeGreaterThan(12);
    expect(audit.segments.map(({ segment }) => segment)).toEqual(
      Array.from({ length: history.segments }, (_, index) => index + 1),
    );
    expect(audit.segments.at(-1)?.hash).toBe(history.head);
    expect(audit.appKey).toBe(release.identity.appKey);
    expect(audit.checkpoints.map(({ text }) => text)).toEqual(kept().map(({ text }) => text));
    expect(JSON.stringify(audit)).not.toContain('"project":"10000","segment"');
  });

  test('is whole also when more jobs end between its pages', async () => {
    await release.finish();
    const pages: AuditPage[] = [];
    const audit = await joinPages(async (start) => {
      if (start.acts !== undefined && pages.length < 3) await release.finish();
      const page = await exportAudit(release.world.ports, {
        issueId: release.world.issue.id,
        ...start,
      });
      if (page.kind === 'refused') throw new Error(page.sentence);
      pages.push(page);
      return page;
    });

    const { history } = await release.world.record();
    expect(audit.segments).toHaveLength(history.segments);
    const sealed = audit.segments
      .flatMap(({ events }) => events)
      .reduce(
        (sum, event) => sum + (event.type === 'job-claimed' ? (event.acts?.rows ?? 0) : 0),
        0,
      );
    expect(sealed).toBeGreaterThan(0);
    expect(audit.acts).toHaveLength(sealed);
  });

  test('is refused in words for an issue that is no release', async () => {
    expect(await exportAudit(release.world.ports, { issueId: '404', from: 1 })).toMatchObject({
      kind: 'refused',
    });
  });

  test('costs two reads a page', async () => {
    release.world.ports.resetCost();

    await exportAudit(release.world.ports, { issueId: release.world.issue.id, from: 1 });

    expect(release.world.ports.cost).toEqual({ reads: 2, writes: 0 });
  });
});
