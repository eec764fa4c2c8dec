import { describe, expect, test } from '@jest/globals';
import type { Command } from '#core/command';
import { decide } from '#core/decide';
import { nowSentence } from '#core/now';
import { DEFAULT_POLICY } from '#core/policy';
import { sentencesOf } from '#core/refusal';
import type { Release } from '#core/release';
import { executedMark } from '#core/plan';
import { reviewMark, scriptsToRun } from '#core/scripts';
import {
  aClick,
  aContent,
  afterCommands,
  anAgent,
  aPerson,
  aPolicy,
  aRelease,
  aReview,
  aScript,
  aSite,
  DBA,
  eventsOf,
  fail,
  LEADER,
  OPERATOR,
  OWNER,
  refusalsOf,
  REPORTER,
  someFacts,
  succeed,
  TESTER,
} from '../support/builders';
import { aboutOf, LEFT } from '../support/release-walk';
import { sha256 } from '#forge/sha256';

const FIRST = aScript();
const SECOND = aScript({
  id: 'fill-column',
  name: 'Fill the column',
  text: { sha256: sha256('UPDATE orders'), bytes: 13 },
});

const submit = () => aClick('submit', REPORTER);
const start = () => aClick('start', TESTER);
const runSql = () => aClick('submit-sql', DBA);
const approve = (script = FIRST) => aReview('approved', DBA, script);
const reject = (script = FIRST) => aReview('rejected', DBA, script);
const iterate = () => aClick('iterate', REPORTER);
const retrySql = () => aClick('retry-sql', TESTER);

const content = aContent({ sql: [FIRST, SECOND] });
const pending = afterCommands(aRelease({ content }), [submit, start]);
const running = afterCommands(pending, [() => approve(), () => approve(SECOND), runSql]);
const done = afterCommands(running, [succeed, succeed, succeed]);

const typesOf = (release: Release, command: Command, facts = someFacts()) =>
  eventsOf(decide(release, command, facts)).map(({ type }) => type);

const saysOf = (release: Release, command: Command, facts = someFacts()) => {
  const decision = decide(release, command, facts);
  return decision.kind === 'refused' ? sentencesOf(decision.refusals) : 'accepted';
};

describe('a release with scripts', () => {
  test('waits in SQL pending once it is started, and touches nothing [S1-10]', () => {
    expect(pending).toMatchObject({ status: 'sql-pending', run: null });
  });

  test('runs no script before a DBA has approved each one and somebody has clicked Submit SQL', () => {
    expect(saysOf(pending, runSql())).toBe(
      'No DBA has approved Add the column, Fill the column yet; ask a DBA of the project’s policy to review it in the release’s panel.',
    );
    const half = afterCommands(pending, [() => approve()]);
    expect(saysOf(half, runSql())).toContain('No DBA has approved Fill the column yet');
    const reviewed = afterCommands(half, [() => approve(SECOND)]);
    expect(reviewed).toMatchObject({ status: 'sql-pending', run: null });
    expect(typesOf(reviewed, runSql())).toEqual(['sql-submitted', 'stage-offered']);
  });

  test('goes to SQL executing by Submit SQL, and from its success through configuration to code [S1-13]', () => {
    expect(running).toMatchObject({ status: 'sql-executing', run: { stage: 'SQL' } });
    expect(typesOf(running, succeed(running))).toEqual([
      'sql-succeeded',
      'no-config',
      'stage-offered',
    ]);
  });

  test.each([
    [DBA, true],
    [OPERATOR, true],
    [TESTER, true],
    [LEADER, false],
    [REPORTER, false],
  ])('has its scripts run by %s in an environment that testers start: %s', (by, isAllowed) => {
    const reviewed = afterCommands(pending, [() => approve(), () => approve(SECOND)]);
    const refusals = refusalsOf(decide(reviewed, aClick('submit-sql', by), someFacts()));

    expect(refusals).toEqual(isAllowed ? [] : ['person-may-not']);
  });

  test('does not run them while no agent is there', () => {
    const reviewed = afterCommands(pending, [() => approve(), () => approve(SECOND)]);
    const facts = someFacts({ agents: [anAgent({ environments: ['STAGE'] })] });

    expect(refusalsOf(decide(reviewed, runSql(), facts))).toEqual(['no-agent']);
  });

  test('says in SQL pending which scripts wait for whom, and then who may run them', () => {
    expect(nowSentence(pending, someFacts())).toBe(
      `Waiting for a DBA to review Add the column, Fill the column. DBAs: @[${DBA}].`,
    );
    const nobody = someFacts({ policy: aPolicy({ dbas: [] }) });
    expect(nowSentence(pending, nobody)).toContain('a project admin must add one');
    const reviewed = afterCommands(pending, [() => approve(), () => approve(SECOND)]);
    expect(nowSentence(reviewed, someFacts())).toContain(`Submit SQL: @[${DBA}]`);
  });
});

describe('a release without scripts for its environment', () => {
  test('skips SQL and records so [S1-10]', () => {
    const ready = afterCommands(aRelease(), [submit]);

    expect(typesOf(ready, start())).toEqual(['started', 'no-sql', 'no-config', 'stage-offered']);
  });

  test('skips a script that belongs elsewhere', () => {
    const sql = [aScript({ environments: ['STAGE'] })];
    const ready = afterCommands(aRelease({ content: aContent({ sql }) }), [submit]);

    expect(typesOf(ready, start())).toContain('no-sql');
  });

  test('goes through an environment where nothing is left to do, so that it reaches the one where there is', () => {
    const sql = [aScript({ environments: ['STAGE'] })];
    const facts = someFacts({ sites: [] });
    const release = aRelease({ content: aContent({ sql, code: [] }) });

    const deployed = afterCommands(release, [submit, start], facts);
    expect(deployed.status).toBe('deployed');
    const promoted = afterCommands(deployed, [() => aClick('promote', TESTER)], facts);
    expect(scriptsToRun(promoted).map(({ id }) => id)).toEqual(['add-column']);
  });
});

describe('a review', () => {
  test.each(['awaiting-approval', 'ready', 'sql-pending', 'fix-pending'] as const)(
    'is given in %s',
    (status) => {
      const release = { ...pending, status, failure: null };

      expect(typesOf(release, approve())[0]).toBe('script-reviewed');
    },
  );

  test.each(['draft', 'sql-executing', 'deployed', 'aborted'] as const)(
    'is refused in %s',
    (status) => {
      expect(refusalsOf(decide({ ...pending, status }, approve(), someFacts()))).toEqual([
        'not-in-status',
      ]);
    },
  );

  test('is refused for a script that has changed since the DBA saw it', () => {
    const other = aScript({ text: { sha256: sha256('DROP TABLE orders'), bytes: 17 } });

    expect(saysOf(pending, approve(other))).toContain('no script add-column as you saw it');
    expect(refusalsOf(decide(pending, approve(aScript({ id: 'none' })), someFacts()))).toEqual([
      'script-unknown',
    ]);
  });

  test('is for DBAs of the policy who did not make the release', () => {
    expect(saysOf(pending, aReview('approved', LEADER))).toContain(
      'Reviewing SQL is reserved in SIT to the DBAs of the policy',
    );
    const own = { ...pending, editors: [DBA] };
    expect(refusalsOf(decide(own, approve(), someFacts()))).toEqual(['implementer-reviews']);
  });

  test('counts no more once its DBA has changed the content', () => {
    const reviewed = afterCommands(pending, [() => approve(), () => approve(SECOND)]);
    const own = { ...reviewed, editors: [DBA] };

    expect(refusalsOf(decide(own, runSql(), someFacts()))).toEqual(['scripts-unreviewed']);
  });

  test('holds for the script as it stood: text, undo, database and place', () => {
    const undo = { sha256: sha256('undo'), bytes: 4 };
    const changed = [
      aScript(),
      aScript({ undo }),
      aScript({ database: 'stock' }),
      aScript({ environments: ['SIT'] }),
      aScript({ text: { sha256: sha256('other'), bytes: 5 } }),
    ];

    expect(new Set(changed.map(reviewMark)).size).toBe(changed.length);
    expect(reviewMark(aScript({ name: 'Another name' }))).toBe(reviewMark(aScript()));
  });

  test('replaces the DBA’s earlier word', () => {
    const changed = afterCommands({ ...pending, status: 'ready' }, [
      () => reject(),
      () => approve(),
    ]);

    expect(changed.reviews).toHaveLength(1);
    expect(changed.reviews[0]).toMatchObject({ verdict: 'approved', by: DBA, reason: '' });
  });

  test('needs a reason when it rejects', () => {
    const silent = { ...reject(), reason: '  ' };

    expect(saysOf(pending, silent)).toBe(
      'Rejecting a script needs a reason; write one in the field Reason.',
    );
  });
});

describe('a rejected script', () => {
  const rejected = afterCommands(pending, [() => reject()]);

  test('sends the release to Fix pending with the DBA’s reason', () => {
    expect(rejected).toMatchObject({
      status: 'fix-pending',
      failure: {
        stage: 'SQL',
        class: 'SQL',
        sentence: 'A DBA rejected the script add-column: it locks the table.',
      },
    });
  });

  test('blocks the retry, with a sentence, until a DBA has approved it after all', () => {
    expect(saysOf(rejected, retrySql())).toBe(
      'A DBA has rejected the script add-column (it locks the table); have a DBA review it again, or change the script.',
    );
    const mended = afterCommands(rejected, [() => approve()]);
    expect(mended.failure?.sentence).toBe(
      'A script was rejected and has been approved since; nothing of it has run.',
    );
    const approved = afterCommands(rejected, [() => approve(), () => approve(SECOND), retrySql]);
    expect(approved).toMatchObject({ status: 'sql-pending', failure: null });
    expect(typesOf(approved, runSql())).toEqual(['sql-submitted', 'stage-offered']);
  });

  test('does not let a stage that failed in its midst look as if nothing had run', () => {
    const failed = afterCommands(running, [fail]);
    const mended = afterCommands(failed, [() => reject(), () => approve()]);

    expect(mended.failure).toEqual(failed.failure);
  });

  test('is changed in Draft, after Iterate', () => {
    const draft = afterCommands(rejected, [iterate]);
    const better = aScript({ text: { sha256: sha256('ALTER TABLE … NOT VALID'), bytes: 23 } });
    const again = afterCommands({ ...draft, content: aContent({ sql: [better] }) }, [
      submit,
      start,
      () => approve(better),
      runSql,
    ]);

    expect(again).toMatchObject({ status: 'sql-executing', attempt: 2 });
  });

  test('blocks the start, so that nobody starts what is known to be wrong', () => {
    const ready = afterCommands(aRelease({ content }), [submit, () => reject()]);

    expect(ready.status).toBe('ready');
    expect(refusalsOf(decide(ready, start(), someFacts()))).toEqual(['script-rejected']);
  });
});

describe('failed SQL', () => {
  const failed = afterCommands(running, [fail]);

  test('leads to Fix pending, where only Retry SQL takes it up again', () => {
    expect(failed).toMatchObject({ status: 'fix-pending', failure: { stage: 'SQL' } });
    for (const action of ['retry-config', 'retry-code', 'retry-verification'] as const)
      expect(saysOf(failed, aClick(action, TESTER))).toContain('only Retry SQL is possible');
    expect(saysOf(failed, aClick('retry-rollback', LEADER))).toContain('only Retry SQL');
    expect(typesOf(failed, retrySql())).toEqual(['retried']);
  });

  test('needs no second review of what has not changed', () => {
    const again = afterCommands(failed, [retrySql, runSql]);

    expect(again).toMatchObject({ status: 'sql-executing', run: { stage: 'SQL' } });
  });

  test('counts no script as run', () => {
    expect(failed.executed).toEqual({});
    expect(scriptsToRun(failed)).toHaveLength(2);
  });
});

describe('SQL whose outcome nobody knows', () => {
  const asked = afterCommands(running, [
    ({ run }) => ({
      type: 'finish-stage',
      stage: 'SQL',
      job: run?.job ?? '',
      outcome: { kind: 'unknown', question: 'Did the statement 3 run?' },
    }),
  ]);
  const answer = (by: string, word: 'done' | 'not-done' | 'retry', of = asked) =>
    ({ type: 'answer', person: aPerson(by), answer: word, about: aboutOf(of), job: null }) as const;

  test('stays where it is and asks; a DBA’s answer leads on', () => {
    expect(asked).toMatchObject({ status: 'sql-executing', question: 'Did the statement 3 run?' });
    expect(afterCommands(asked, [() => answer(DBA, 'done')]).executed['SIT']).toHaveLength(2);
    expect(afterCommands(asked, [() => answer(DBA, 'not-done')])).toMatchObject({
      status: 'fix-pending',
      failure: { stage: 'SQL', class: 'unknown' },
    });
    expect(typesOf(asked, answer(DBA, 'retry'))).toEqual(['answered', 'stage-offered']);
  });

  describe('about one statement', () => {
    const ask = ({ run }: Release): Command => ({
      type: 'finish-stage',
      stage: 'SQL',
      job: run?.job ?? '',
      outcome: { kind: 'unknown', question: 'Did statement 3 run?', isStatement: true },
    });
    const inDoubt = afterCommands(running, [ask]);
    const done = afterCommands(inDoubt, [() => answer(DBA, 'done', inDoubt)]);

    test('goes on behind it by a new job, and nothing counts as run yet', () => {
      expect(typesOf(inDoubt, answer(DBA, 'done', inDoubt))).toEqual(['answered', 'stage-offered']);
      expect(done).toMatchObject({
        status: 'sql-executing',
        question: null,
        executed: {},
        doneStatements: [inDoubt.run?.job],
      });
      expect(done.run?.job).not.toBe(inDoubt.run?.job);
    });

    test('stays known as done in whatever job comes later', () => {
      const twice = afterCommands(done, [ask]);
      expect(afterCommands(twice, [() => answer(DBA, 'done', twice)]).doneStatements).toEqual([
        inDoubt.run?.job,
        done.run?.job,
      ]);
      expect(afterCommands(twice, [() => answer(DBA, 'retry', twice)]).doneStatements).toEqual([
        inDoubt.run?.job,
      ]);
      expect(afterCommands(inDoubt, [() => answer(DBA, 'retry', inDoubt)]).doneStatements).toEqual(
        [],
      );
    });

    test('is all of the stage again where an agent has left without a question', () => {
      const left = { ...answer(DBA, 'done', done), job: LEFT };
      expect(afterCommands(done, [() => left]).executed['SIT']).toHaveLength(2);
    });

    test.each(['done', 'not-done', 'retry'] as const)(
      'is known as answered after «%s»; an answer for an agent that left without a question is about none',
      (word) => {
        const job = inDoubt.run?.job;
        const answered = afterCommands(inDoubt, [() => answer(DBA, word, inDoubt)]);
        expect(answered.answeredStatements).toEqual([job]);

        const left = { ...answer(DBA, word, running), job: LEFT };
        expect(afterCommands(running, [() => left]).answeredStatements).toEqual([]);
      },
    );
  });

  test('is no matter for strangers, nor for a DBA once code is under way', () => {
    expect(refusalsOf(decide(asked, answer('acc-stranger', 'done'), someFacts()))).toEqual([
      'person-may-not',
    ]);
    const inCode = { ...afterCommands(running, [succeed]), question: 'Does web1 serve it?' };
    expect(refusalsOf(decide(inCode, answer(DBA, 'done', inCode), someFacts()))).toEqual([
      'person-may-not',
    ]);
  });
});

describe('a script that has run', () => {
  test('is remembered for the environment', () => {
    expect(done.status).toBe('deployed');
    expect(done.executed).toEqual({ SIT: [executedMark(FIRST), executedMark(SECOND)] });
  });

  test('does not run again after Iterate; a changed one does, and so does one for another database', () => {
    const draft = afterCommands(done, [iterate]);
    const changed = aScript({ id: 'add-column', text: { sha256: sha256('other'), bytes: 5 } });
    const elsewhere = aScript({ id: 'stock', database: 'stock' });

    const same = afterCommands({ ...draft, content }, [submit]);
    expect(typesOf(same, start())).toContain('no-sql');
    const next = aContent({ sql: [changed, SECOND, elsewhere] });
    const other = afterCommands({ ...draft, content: next }, [submit, start]);
    expect(scriptsToRun(other).map(({ id }) => id)).toEqual(['add-column', 'stock']);
    expect(other.status).toBe('sql-pending');
  });

  test('runs in the next environment, where it has not run', () => {
    const promoted = afterCommands(done, [
      () => aClick('promote', LEADER),
      () => aClick('approve', LEADER),
      () => aClick('approve', OWNER),
      () => aClick('start', LEADER),
    ]);

    expect(promoted).toMatchObject({ status: 'sql-pending', environment: 'STAGE' });
    expect(scriptsToRun(promoted).map(({ id }) => id)).toEqual(['add-column', 'fill-column']);
    const again = afterCommands(promoted, [runSql, succeed, succeed, succeed]);
    expect(Object.keys(again.executed)).toEqual(['SIT', 'STAGE']);
  });

  test('stays run when the release is rolled back, because no database goes back by itself', () => {
    const back = afterCommands(done, [() => aClick('roll-back', LEADER, 'orders fail'), succeed]);

    expect(back.status).toBe('rolled-back');
    expect(back.executed).toEqual(done.executed);
  });
});

test('the same machine runs a release in UAT and in PROD, which are data of the policy [S1-2]', () => {
  const facts = someFacts({
    policy: { ...DEFAULT_POLICY, testers: [TESTER], dbas: [DBA], operators: [OPERATOR] },
    agents: [anAgent({ environments: ['SIT', 'UAT', 'STAGE', 'PROD'] })],
    sites: [siteEverywhere()],
  });
  const round = [
    () => aClick('start', LEADER),
    () => approve(),
    () => approve(SECOND),
    runSql,
    succeed,
    succeed,
    succeed,
  ];
  const next = [() => aClick('promote', LEADER)];
  const signed = [...next, () => aClick('approve', LEADER)];

  const released = afterCommands(
    aRelease({ content }),
    [submit, ...round, ...next, ...round, ...signed, ...round, ...signed, ...round],
    facts,
  );

  expect(released.status).toBe('deployed');
  expect(Object.keys(released.deployments)).toEqual(['SIT', 'UAT', 'STAGE', 'PROD']);
  expect(Object.keys(released.executed)).toEqual(['SIT', 'UAT', 'STAGE', 'PROD']);
});

function siteEverywhere() {
  const site = aSite();
  const place = site.environments['SIT'];
  if (!place) throw new Error('The sample site has no SIT.');
  return { ...site, environments: { SIT: place, UAT: place, STAGE: place, PROD: place } };
}
