import { describe, expect, test } from '@jest/globals';
import type { Command } from '#core/command';
import { decide } from '#core/decide';
import { gateValue } from '#core/gate-field';
import { nowSentence } from '#core/now';
import type { Release } from '#core/release';
import {
  aClick,
  aConfigChange,
  aContent,
  afterCommands,
  aPerson,
  aRelease,
  BACKUP,
  eventsOf,
  fail,
  LEADER,
  OPERATOR,
  refusalsOf,
  REPORTER,
  someFacts,
  succeed,
  TESTER,
} from '../support/builders';
import { aboutOf } from '../support/release-walk';

const BY_AGENT = aConfigChange();
const BY_HAND = aConfigChange({ id: 'flags', namespace: 'flags.json', byHand: true });

const submit = () => aClick('submit', REPORTER);
const start = () => aClick('start', TESTER);
const confirm = () => aClick('confirm-config', OPERATOR);
const reportFailed = () => aClick('report-config-failed', OPERATOR, 'The centre refused it.');

const started = (...config: readonly (typeof BY_AGENT)[]): Release =>
  afterCommands(aRelease({ content: aContent({ config }) }), [submit, start]);

const typesOf = (release: Release, command: Command) =>
  eventsOf(decide(release, command, someFacts())).map(({ type }) => type);

const whyNot = (release: Release, command: Command) =>
  refusalsOf(decide(release, command, someFacts()));

describe('configuration that the agent applies', () => {
  const byAgent = started(BY_AGENT);

  test('goes to an agent in Config executing, and from there to code [S1-15]', () => {
    expect(byAgent).toMatchObject({ status: 'config-executing', run: { stage: 'CONFIG' } });
    expect(typesOf(byAgent, succeed(byAgent))).toEqual(['config-applied', 'stage-offered']);
    expect(afterCommands(byAgent, [succeed])).toMatchObject({
      status: 'code-executing',
      run: { stage: 'CODE' },
      handworkLeft: false,
    });
  });

  test('is no work for a person: nobody confirms or reports it', () => {
    expect(whyNot(byAgent, confirm())).toEqual(['handwork-not-due']);
    expect(whyNot(byAgent, reportFailed())).toEqual(['handwork-not-due']);
    expect(gateValue(byAgent, [], someFacts()).allow).toEqual({});
  });

  test('leads to Fix pending when it fails, where only Retry config takes it up', () => {
    const failed = afterCommands(byAgent, [fail]);

    expect(failed).toMatchObject({ status: 'fix-pending', failure: { stage: 'CONFIG' } });
    expect(whyNot(failed, aClick('retry-code', TESTER))).toEqual(['other-stage-failed']);
    expect(typesOf(failed, aClick('retry-config', TESTER))).toEqual(['retried', 'stage-offered']);
  });

  test('asks a person when its outcome is unknown, and goes on with the answer', () => {
    const asked = { ...byAgent, question: 'Does the centre hold the change?' };
    const answer = (word: 'done' | 'not-done') =>
      ({
        type: 'answer',
        person: aPerson(LEADER),
        answer: word,
        about: aboutOf(asked),
        job: null,
      }) as const;

    expect(typesOf(asked, answer('done'))).toEqual(['answered', 'config-applied', 'stage-offered']);
    expect(typesOf(asked, answer('not-done'))).toEqual(['answered', 'config-failed']);
  });
});

describe('configuration that a person applies by hand', () => {
  const byHand = started(BY_HAND);

  test('is offered to no agent and waits in Config executing', () => {
    expect(byHand).toMatchObject({ status: 'config-executing', run: null, handworkLeft: true });
    expect(nowSentence(byHand, someFacts())).toBe(
      `Configuration is to be applied by hand in SIT. Confirm config: @[${OPERATOR}], @[${LEADER}], @[${BACKUP}].`,
    );
  });

  test('leads on to code once it is confirmed', () => {
    expect(typesOf(byHand, confirm())).toEqual(['config-confirmed', 'stage-offered']);
    expect(afterCommands(byHand, [confirm])).toMatchObject({
      status: 'code-executing',
      handworkLeft: false,
    });
  });

  test('leads to Fix pending when whoever applies it reports that it failed, with the reason', () => {
    expect(whyNot(byHand, aClick('report-config-failed', OPERATOR))).toEqual(['reason-missing']);
    const failed = afterCommands(byHand, [reportFailed]);

    expect(failed).toMatchObject({
      status: 'fix-pending',
      handworkLeft: false,
      failure: { stage: 'CONFIG', class: 'config', sentence: 'The centre refused it.' },
    });
    expect(afterCommands(failed, [() => aClick('retry-config', TESTER)])).toMatchObject({
      status: 'config-executing',
      handworkLeft: true,
    });
  });

  test.each([
    [OPERATOR, []],
    [LEADER, []],
    [TESTER, ['person-may-not']],
    [REPORTER, ['person-may-not']],
  ])('is confirmed or reported by %s: %j', (by, refusals) => {
    expect(whyNot(byHand, aClick('confirm-config', by))).toEqual(refusals);
    expect(whyNot(byHand, aClick('report-config-failed', by, 'because'))).toEqual(refusals);
  });
});

describe('configuration of both kinds', () => {
  const mixed = started(BY_AGENT, BY_HAND);

  test('is applied by the agent first; then it waits for the person', () => {
    expect(mixed).toMatchObject({ run: { stage: 'CONFIG' }, handworkLeft: false });
    expect(whyNot(mixed, confirm())).toEqual(['handwork-not-due']);

    const left = afterCommands(mixed, [succeed]);
    expect(left).toMatchObject({ status: 'config-executing', run: null, handworkLeft: true });
    expect(typesOf(left, confirm())).toEqual(['config-confirmed', 'stage-offered']);
  });

  test('is all applied anew when the person’s part has failed and is retried', () => {
    const failed = afterCommands(mixed, [succeed, reportFailed]);

    expect(afterCommands(failed, [() => aClick('retry-config', TESTER)])).toMatchObject({
      status: 'config-executing',
      run: { stage: 'CONFIG' },
      handworkLeft: false,
    });
  });

  test('does not wait for the person when the agent’s part has failed', () => {
    expect(afterCommands(mixed, [fail])).toMatchObject({
      status: 'fix-pending',
      handworkLeft: false,
    });
  });
});

test('a release without configuration goes on to code, and records so [S1-17]', () => {
  const ready = afterCommands(aRelease(), [submit]);

  expect(typesOf(ready, start())).toContain('no-config');
  expect(started()).toMatchObject({ status: 'code-executing', run: { stage: 'CODE' } });
});
