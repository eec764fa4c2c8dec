/** The agent's trigger under inputs from a fixed seed, as a function; at its address: test/scenarios/fuzz-over-http. All of them: `npm run fuzz`. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { AgentRequest } from '#app/agent-message';
import { sharesOf } from '../fuzz/agent-inputs';
import { changedRows, knockWith } from '../fuzz/fuzz-row';
import type { Answer, FuzzRow } from '../fuzz/fuzz-row';
import { fuzzInProcess } from '../fuzz/in-process';

const INPUTS = 20_000;

describe(`the agent’s trigger, with ${INPUTS} inputs here and 200,000 by npm run fuzz,`, () => {
  let rows: readonly FuzzRow[];
  beforeAll(async () => {
    rows = await fuzzInProcess(INPUTS);
  }, 300_000);

  const rowOf = (kind: string): FuzzRow => {
    const row = rows.find((candidate) => candidate.kind === kind);
    if (!row) throw new Error(`There is no row of ${kind}.`);
    return row;
  };
  const shares = sharesOf(INPUTS);

  test('takes messages with bytes changed for a stranger’s, and writes nothing', () => {
    expect(rowOf('messages with bytes changed')).toMatchObject({
      inputs: shares.spoiled,
      answers: { 401: shares.spoiled },
      findings: [],
    });
  });

  test('takes envelopes of anything, not signed, for a stranger’s, and writes nothing', () => {
    expect(rowOf('envelopes of anything, not signed')).toMatchObject({
      inputs: shares.anything,
      answers: { 401: shares.anything },
      findings: [],
    });
  });

  test('answers well signed nonsense in words, never with 5xx', () => {
    const { inputs, answers, findings } = rowOf('well signed nonsense');

    expect(inputs).toBe(shares.signed);
    expect(findings).toEqual([]);
    // 401: JSON that the app does not read at all. All the others are the answers of the protocol.
    expect(Object.keys(answers)).toEqual(expect.arrayContaining(['200', '400', '409', '410']));
  });
});

test('every web trigger of the manifest is fuzzed', () => {
  const Manifest = z.object({
    modules: z.object({ webtrigger: z.array(z.object({ key: z.string() })) }),
  });
  const file = join(__dirname, '../../manifest.yml');
  const { modules } = Manifest.parse(parse(readFileSync(file, 'utf8')));

  expect(modules.webtrigger.map(({ key }) => key)).toEqual(['agent']);
});

describe('a fuzz finds', () => {
  const request: AgentRequest = { method: 'POST', headers: {}, body: '{}' };
  const stranger: Answer = {
    status: 401,
    body: '{"type":"urn:interlock:problem:unauthorized","title":"The message is not from an agent of this installation.","status":401,"error":"unauthorized","now":0}',
  };
  const findings = async (knock: () => Promise<Answer>, strangers = true) =>
    (await knockWith('one', [request], knock, { strangers })).findings.length;

  test.each<[string, () => Promise<Answer>, number]>([
    ['nothing in the one 401', async () => stranger, 0],
    ['a crash', () => Promise.reject(new Error('broken')), 1],
    ['an answer with 503', async () => ({ status: 503, body: '' }), 1],
    ['a function that failed on Forge', async () => ({ status: 424, body: '' }), 1],
    ['a stranger who is told more', async () => ({ ...stranger, body: '{"now":0}' }), 1],
    ['a stranger who is let in', async () => ({ status: 200, body: stranger.body }), 1],
  ])('%s', async (_, knock, count) => {
    expect(await findings(knock)).toBe(count);
  });

  test('rows that came, went or changed', () => {
    const before = new Map([
      ['same', { a: 1 }],
      ['changed', { a: 1 }],
      ['gone', { a: 1 }],
    ]);
    const after = new Map([
      ['same', { a: 1 }],
      ['changed', { a: 2 }],
      ['new', { a: 1 }],
    ]);

    expect(changedRows(before, after)).toHaveLength(3);
    expect(changedRows(before, before)).toEqual([]);
  });
});
