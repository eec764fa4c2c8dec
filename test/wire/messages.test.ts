import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { z } from 'zod';
import {
  ClaimAnswer,
  ClaimData,
  EnrollData,
  Envelope,
  ErrorAnswer,
  FetchAnswer,
  FetchData,
  FinishAnswer,
  FinishData,
  GateDecision,
  HeartbeatAnswer,
  HeartbeatData,
  PollAnswer,
  PollData,
  REPORT_ENTRIES_MAX,
  ReportAnswer,
  ReportData,
} from '#wire/agent';
import { Checkpoint } from '#wire/checkpoint';
import { PANEL_CALLS, SETTINGS_CALLS } from '#wire/page';
import { ENTITIES } from '#wire/records';
import { TaskSchema } from '#wire/task';
import { aContent, aPolicy, aSite, NOW, PACKAGE_DIGEST } from '../support/builders';
import { RECORDS } from '../support/sample-records';

const publicKey = Buffer.alloc(32, 7).toString('base64');
const signature = Buffer.alloc(64, 7).toString('base64');
const entry = { at: NOW, step: 'code-1', host: 'web1', state: 'staged', note: '', milliseconds: 5 };
const decision = { text: '{}', signature };

const countersigned = [{ ...decision, countersignature: signature }];
const checkpoint = {
  v: 1,
  aud: 'installation',
  issueId: '10001',
  issueKey: 'REL-1',
  segments: 3,
  events: 7,
  head: PACKAGE_DIGEST,
  at: NOW,
};

const envelope = {
  v: 1,
  aud: 'installation',
  op: 'report',
  agent: 'ag-1',
  key: '0123456789abcdef',
  boot: 'boot0001',
  job: '10001.7',
  fence: 3,
  seq: 9,
  data: {},
};

/** Every message between the programs, with one sample of it. */
const MESSAGES: readonly (readonly [string, z.ZodType, Record<string, unknown>])[] = [
  ['poll', PollData, { version: '0.1.0', busy: false }],
  ['poll with a checkpoint', PollData, { version: '0.1.0', busy: false, countersigned }],
  ['claim', ClaimData, { requestId: 'request-1' }],
  ['fetch', FetchData, { digest: PACKAGE_DIGEST, offset: 0 }],
  ['heartbeat', HeartbeatData, { step: null }],
  ['report', ReportData, { entries: [entry] }],
  ['finish', FinishData, { outcome: { kind: 'succeeded' } }],
  [
    'the answer to poll',
    PollAnswer,
    { now: NOW, state: 'active', jobs: ['10001.7'], nextPollMilliseconds: 2_000 },
  ],
  [
    'the answer to claim',
    ClaimAnswer,
    {
      now: NOW,
      job: '10001.7',
      stage: 'CODE',
      environment: 'SIT',
      planDigest: PACKAGE_DIGEST,
      scopes: ['shop:SIT'],
      fence: 1,
      lastSeq: 0,
      leaseSeconds: 90,
      decision,
    },
  ],
  ['the answer to fetch', FetchAnswer, { now: NOW, text: '{', nextOffset: null }],
  [
    'the answer to heartbeat',
    HeartbeatAnswer,
    { now: NOW, leaseSeconds: 90, command: 'continue', decision },
  ],
  ['the answer to report', ReportAnswer, { now: NOW, lastSeq: 9 }],
  ['the answer to finish', FinishAnswer, { now: NOW, lastSeq: 9, checkpoint: decision }],
  ['a checkpoint', Checkpoint, checkpoint],
  [
    'an error',
    ErrorAnswer,
    { type: 'urn:x', title: 'No.', status: 409, error: 'gap', now: NOW, expectedSeq: 4 },
  ],
  [
    'a decision',
    GateDecision,
    {
      v: 1,
      aud: 'installation',
      agent: 'ag-1',
      job: '10001.7',
      fence: 1,
      issueId: '10001',
      environment: 'SIT',
      stage: 'CODE',
      planDigest: PACKAGE_DIGEST,
      policyVersion: 1,
      approvals: [],
      validUntil: NOW,
    },
  ],
  ['a task', TaskSchema, { type: 'work-outbox', issueId: '10001' }],
  ['a page’s content', PANEL_CALLS['content.put'], { content: aContent() }],
  ['a page’s answer', PANEL_CALLS['question.answer'], { answer: 'retry' }],
  ['a page’s site', SETTINGS_CALLS['site.put'], { site: aSite() }],
  ['a page’s policy', SETTINGS_CALLS['policy.put'], { policy: aPolicy() }],
  [
    'a page’s enrollment',
    SETTINGS_CALLS['agent.enroll'],
    { name: 'Room 1', environments: ['SIT'] },
  ],
];

const accepts = (schema: z.ZodType, value: unknown): boolean => schema.safeParse(value).success;

/** What a member may never be mistaken for. */
const OTHERS = [undefined, null, true, 1.5, 'text', [], {}, { a: 1 }, [null]];

const kindOf = (value: unknown): string => (Array.isArray(value) ? 'list' : typeof value);

describe('every message', () => {
  test.each(MESSAGES)('%s: unknown members are tolerated [S0-30]', (_, schema, sample) => {
    const parsed = schema.safeParse({ ...sample, addedInTheNextVersion: { deep: [1] } });

    expect(parsed.error?.issues).toBeUndefined();
    expect(parsed.data).toEqual(schema.parse(sample));
  });

  test.each(MESSAGES)('%s: a member of a wrong type is refused [S0-30]', (_, schema, sample) => {
    for (const [name, value] of Object.entries(sample)) {
      const wrong = OTHERS.filter((other) => kindOf(other) !== kindOf(value));
      const taken = wrong.filter((other) => accepts(schema, { ...sample, [name]: other }));

      // `null` is a value of some members: no step, no next piece, no expected number.
      expect([name, taken.filter((other) => other !== null && other !== undefined)]).toEqual([
        name,
        value === null ? taken.filter((other) => other === 'text') : [],
      ]);
    }
  });

  test.each(MESSAGES)('%s: is no list, text or nothing', (_, schema, sample) => {
    for (const other of [undefined, null, 'text', 7, [sample]])
      expect(accepts(schema, other)).toBe(false);
  });
});

describe('the envelope', () => {
  test('is strict: whatever is not of the protocol is refused at the top', () => {
    expect(accepts(Envelope, envelope)).toBe(true);
    expect(accepts(Envelope, { ...envelope, admin: true })).toBe(false);
    expect(accepts(Envelope, JSON.parse('{"__proto__":{"admin":true}}'))).toBe(false);
  });

  test.each([
    ['v', [0, 2, '1', null]],
    ['op', ['deploy', '', 'toString', null, ['poll']]],
    ['agent', ['', '../x', 'a b', 'a'.repeat(101)]],
    ['key', ['', '0123456789ABCDEF', '0123456789abcde', '0123456789abcdef0']],
    ['boot', ['', 'short', 'with space', 'x'.repeat(33)]],
    ['job', ['', '../x', 'a/b', 'a\nb', 'a'.repeat(101)]],
    ['fence', [-1, 2 ** 31, 1.5, '1', null]],
    ['seq', [-1, 2 ** 31, 1e300, Number.NaN, '1', null]],
    ['aud', ['', 'x'.repeat(201), null]],
  ])('refuses a wrong %s', (name, values) => {
    expect(values.filter((value) => accepts(Envelope, { ...envelope, [name]: value }))).toEqual([]);
  });

  test('stays whole whatever is thrown at it', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(accepts(Envelope, value)).toBe(false);
      }),
    );
  });
});

describe('numbers out of 32 bits', () => {
  test.each([2 ** 31, 2 ** 53, -1, 0.5, Number.NaN, Infinity])(
    '%p is refused everywhere',
    (number) => {
      expect(accepts(ReportData, { entries: [{ ...entry, at: number }] })).toBe(false);
      expect(accepts(ReportData, { entries: [{ ...entry, milliseconds: number }] })).toBe(false);
      expect(accepts(FetchData, { digest: PACKAGE_DIGEST, offset: number })).toBe(false);
    },
  );
});

describe('a report', () => {
  test('has at least one entry and at most 50', () => {
    const entries = (count: number) => ({ entries: Array.from({ length: count }, () => entry) });

    expect(accepts(ReportData, entries(0))).toBe(false);
    expect(accepts(ReportData, entries(REPORT_ENTRIES_MAX))).toBe(true);
    expect(accepts(ReportData, entries(REPORT_ENTRIES_MAX + 1))).toBe(false);
  });

  test('knows the states of a host, and never guesses', () => {
    for (const state of ['new', 'NEW', 'ok', '', null])
      expect(accepts(ReportData, { entries: [{ ...entry, state }] })).toBe(false);
  });

  test('has notes of at most 1,000 characters', () => {
    const withNote = (length: number) => ({ entries: [{ ...entry, note: 'x'.repeat(length) }] });

    expect(accepts(ReportData, withNote(1_000))).toBe(true);
    expect(accepts(ReportData, withNote(1_001))).toBe(false);
  });
});

describe('an outcome', () => {
  test.each([
    { kind: 'failed' },
    { kind: 'failed', failure: { class: 'bad luck', sentence: 'No.' } },
    { kind: 'failed', failure: { class: 'health', sentence: '' } },
    { kind: 'unknown' },
    { kind: 'unknown', question: '' },
    { kind: 'half' },
    { kind: null },
  ])('that says too little is refused: %j', (outcome) => {
    expect(accepts(FinishData, { outcome })).toBe(false);
  });
});

describe('an enrollment', () => {
  const data = { code: 'x'.repeat(28), name: 'room1', publicKey };

  test('is strict, because a stranger sends it', () => {
    expect(accepts(EnrollData, data)).toBe(true);
    expect(accepts(EnrollData, { ...data, state: 'active' })).toBe(false);
  });

  test.each([
    '',
    'AAAA',
    `${publicKey}=`,
    publicKey.replace('=', ''),
    '-'.repeat(43) + '=',
    `${publicKey}\n`,
  ])('carries 32 bytes in base64, not «%s»', (key) => {
    expect(accepts(EnrollData, { ...data, publicKey: key })).toBe(false);
  });
});

describe('a stored record', () => {
  test.each(Object.entries(ENTITIES))('%s comes back as it was written', (name, schema) => {
    const record = RECORDS[name as keyof typeof RECORDS];

    expect(schema.parse(JSON.parse(JSON.stringify(record)))).toEqual(record);
  });

  test.each(Object.entries(ENTITIES))('%s without its version is none', (name, schema) => {
    const record = { ...RECORDS[name as keyof typeof RECORDS], version: undefined };

    expect(accepts(schema, record)).toBe(false);
  });
});
