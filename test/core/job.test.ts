import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decideClaim, decideMessage } from '#core/job';
import type { ClaimableJob, JobMessage } from '#core/job';

const GRACE = 30;
const LEASE = 90;

const offered: ClaimableJob = {
  status: 'offered',
  agents: ['one', 'two', 'three'],
  agent: null,
  requestId: null,
  fence: 0,
  leaseUntil: 0,
};

interface Attempt {
  readonly agentId: string;
  readonly requestId: string;
  readonly wait: number;
}

const attempt = fc.record({
  agentId: fc.constantFrom('one', 'two', 'three', 'stranger'),
  requestId: fc.constantFrom('r1', 'r2', 'r3'),
  wait: fc.integer({ min: 0, max: 150 }),
});

/** Claims one after the other, each told what became of it. */
function claims(attempts: readonly Attempt[], startFence = 0) {
  let job = offered;
  let highest = startFence;
  let now = 1_000;
  return attempts.map(({ agentId, requestId, wait }) => {
    now += wait;
    const request = { agentId, requestId, now, graceSeconds: GRACE, highestFence: highest };
    const before = job;
    const decision = decideClaim(job, request);
    if (decision.kind === 'claimed') {
      highest = decision.fence;
      job = {
        ...job,
        status: 'running',
        agent: agentId,
        requestId,
        fence: decision.fence,
        leaseUntil: now + LEASE,
      };
    }
    return { before, request, decision };
  });
}

describe('the claim of a job', () => {
  test('is given to the first that asks, and to nobody else while it holds', () => {
    const [first, second] = claims([
      { agentId: 'one', requestId: 'r1', wait: 0 },
      { agentId: 'two', requestId: 'r2', wait: 0 },
    ]);

    expect(first?.decision).toEqual({ kind: 'claimed', fence: 1 });
    expect(second?.decision).toEqual({ kind: 'taken' });
  });

  test('carries a fence that is higher than any that was given out before', () => {
    fc.assert(
      fc.property(fc.array(attempt), fc.nat(1_000), (attempts, startFence) => {
        const fences = claims(attempts, startFence).flatMap(({ decision }) =>
          decision.kind === 'claimed' ? [decision.fence] : [],
        );

        for (const [index, fence] of fences.entries())
          expect(fence).toBeGreaterThan(fences[index - 1] ?? startFence);
      }),
    );
  });

  test('answers the same request in the same way', () => {
    fc.assert(
      fc.property(fc.array(attempt), (attempts) => {
        for (const { before, request, decision } of claims(attempts)) {
          const isRepetition =
            before.status === 'running' &&
            before.agent === request.agentId &&
            before.requestId === request.requestId;

          if (isRepetition) expect(decision).toEqual({ kind: 'repeated', fence: before.fence });
          else expect(decision.kind).not.toBe('repeated');
        }
      }),
    );
  });

  test('passes to another agent only after the lease and its grace', () => {
    fc.assert(
      fc.property(fc.array(attempt), (attempts) => {
        for (const { before, request, decision } of claims(attempts)) {
          const isTakeover = before.agent !== null && before.agent !== request.agentId;
          if (isTakeover && decision.kind === 'claimed')
            expect(request.now).toBeGreaterThanOrEqual(before.leaseUntil + GRACE);
          if (isTakeover && request.now >= before.leaseUntil + GRACE)
            expect(decision.kind).toBe(request.agentId === 'stranger' ? 'gone' : 'claimed');
        }
      }),
    );
  });

  test('is never given to an agent that the job was not offered to', () => {
    fc.assert(
      fc.property(fc.array(attempt), (attempts) => {
        for (const { request, decision } of claims(attempts))
          if (request.agentId === 'stranger') expect(decision).toEqual({ kind: 'gone' });
      }),
    );
  });

  test('is gone once the job is finished, even for its owner’s own request', () => {
    const finished: ClaimableJob = {
      ...offered,
      status: 'finished',
      agent: 'one',
      requestId: 'r1',
      fence: 4,
    };
    const request = { agentId: 'one', requestId: 'r1', now: 0, graceSeconds: 30, highestFence: 4 };

    expect(decideClaim(finished, request)).toEqual({ kind: 'gone' });
  });
});

describe('a message about a job', () => {
  interface Row {
    readonly fence: number;
    readonly lastSeq: number;
    readonly lastMessage: string | null;
    readonly applied: readonly number[];
  }
  const start: Row = { fence: 7, lastSeq: 0, lastMessage: null, applied: [] };
  const message = (seq: number, fence = 7): JobMessage => ({
    agentId: 'one',
    fence,
    seq,
    digest: `message ${seq} of ${fence}`,
  });

  function receive(row: Row, told: JobMessage): Row {
    const decision = decideMessage({ ...offered, ...row, status: 'running', agent: 'one' }, told);
    return decision.kind === 'apply'
      ? {
          ...row,
          lastSeq: told.seq,
          lastMessage: told.digest,
          applied: [...row.applied, told.seq],
        }
      : row;
  }

  const sequence = Array.from({ length: 8 }, (_, index) => message(index + 1));

  test('counts once and in its order, whatever the network doubles, delays and turns round', () => {
    const storms = fc.array(fc.constantFrom(...sequence), { maxLength: 40 });

    fc.assert(
      fc.property(storms, (storm) => {
        // Whatever came before, the agent sends again from where the app is.
        const row = [...storm, ...sequence].reduce(receive, start);

        expect(row.applied).toEqual(sequence.map(({ seq }) => seq));
        expect(row.lastMessage).toBe(message(8).digest);
      }),
    );
  });

  test('of an older claim changes nothing, wherever it comes', () => {
    const zombies = fc.array(
      fc.record({ seq: fc.nat(10), fence: fc.integer({ min: 0, max: 20 }) }),
    );

    fc.assert(
      fc.property(zombies, (late) => {
        const row = late
          .filter(({ fence }) => fence !== 7)
          .map(({ seq, fence }) => message(seq, fence))
          .reduce(receive, start);

        expect(row).toEqual(start);
      }),
    );
  });

  test.each([
    ['the next one', message(4), { kind: 'apply' }],
    ['the last one again', message(3), { kind: 'repeat' }],
    ['an older one again', message(1), { kind: 'repeat' }],
    ['one too far', message(6), { kind: 'gap', expectedSeq: 4 }],
    ['another one under the last number', { ...message(3), digest: 'forged' }, { kind: 'stale' }],
    ['another agent’s', { ...message(4), agentId: 'two' }, { kind: 'stale' }],
    ['one of a lower fence', message(4, 6), { kind: 'stale' }],
    ['one of a higher fence', message(4, 8), { kind: 'stale' }],
  ])('is judged: %s', (_, told, decision) => {
    const job = { ...offered, ...start, lastSeq: 3, lastMessage: message(3).digest };

    expect(decideMessage({ ...job, status: 'running', agent: 'one' }, told)).toEqual(decision);
  });

  test('after the end is answered again if it was the last, and is stale otherwise', () => {
    const job = {
      ...offered,
      status: 'finished' as const,
      agent: 'one',
      fence: 7,
      lastSeq: 3,
      lastMessage: message(3).digest,
    };

    expect(decideMessage(job, message(3))).toEqual({ kind: 'repeat' });
    expect(decideMessage(job, message(4))).toEqual({ kind: 'stale' });
  });
});
