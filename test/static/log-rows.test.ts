import { describe, expect, test } from '@jest/globals';
import type { LogView } from '#wire/page';
import {
  endText,
  fileText,
  freshness,
  matching,
  withAnswer,
} from '../../static/release-panel/src/log/log-rows';
import type { ShownLog } from '../../static/release-panel/src/log/log-rows';

const AT = 1_795_183_200;

const answer = (change: Partial<LogView> = {}): LogView => ({
  kind: 'log',
  job: '10001.8',
  stage: 'CODE',
  jobs: [{ job: '10001.8', stage: 'CODE' }],
  isOver: false,
  isMore: false,
  entries: [
    {
      kind: 'lines',
      late: false,
      lines: [
        { at: AT, level: 'info', host: 'web-1', text: 'code-1: staged' },
        { at: AT + 1, level: 'error', text: 'lost' },
      ],
    },
  ],
  next: 1,
  lostAtEnd: 0,
  ...change,
});

const shown = (...answers: readonly LogView[]): ShownLog => {
  let log: ShownLog | undefined;
  for (const each of answers) log = withAnswer(log, each, (id) => `name of ${id}`);
  if (!log) throw new Error('No answer.');
  return log;
};
const texts = (log: ShownLog) => log.rows.map(({ text }) => text);

describe('the log on the page', () => {
  test('grows by what comes, and begins anew where what comes does not follow', () => {
    const more = answer({ isMore: true, next: 2 });

    expect(shown(answer(), more).rows).toHaveLength(4);
    expect(shown(answer(), answer()).rows).toHaveLength(2);
    expect(shown(answer(), { ...more, job: '10001.9' }).rows).toHaveLength(2);
  });

  test('keeps the jobs that it knows when an answer names the latest alone', () => {
    const next = answer({ job: '10001.9', jobs: [{ job: '10001.9', stage: 'VERIFY' }] });

    expect(shown(answer(), next).jobs.map(({ job }) => job)).toEqual(['10001.9', '10001.8']);
  });

  test('names hosts as people do, and strips what machines write for terminals', () => {
    const line = {
      at: AT,
      level: 'info',
      host: 'web-1',
      text: '\u001b[31mred \u202egnirts',
    } as const;
    const [row] = shown(answer({ entries: [{ kind: 'lines', late: false, lines: [line] }] })).rows;

    expect(row).toMatchObject({ about: 'name of web-1', text: 'red  gnirts' });
  });

  test('says every gap, lateness and new claim in words that name the remedy', () => {
    const line = { at: AT, level: 'info', text: 'x' } as const;
    const log = shown(
      answer({
        entries: [
          { kind: 'dropped', lines: 1_200 },
          { kind: 'missing', lines: 1 },
          { kind: 'new-claim' },
          { kind: 'lines', late: true, lines: [line] },
        ],
        lostAtEnd: 3,
      }),
    );

    const machine = 'The agent’s machine may have more: interlock-agent logs --job 10001.8';
    expect(texts(log)).toEqual([
      `1,200 older lines gave way to newer ones. ${machine}`,
      `1 line never arrived here. ${machine}`,
      'An agent took the job up anew; what the one before had not sent by then is not here.',
      'Late, from an agent that no longer had this job; nothing was decided by these lines:',
      'x',
    ]);
    expect(endText(log)).toBe(`The last 3 lines never arrived. ${machine}`);
    expect(endText(shown(answer()))).toBeUndefined();
  });

  test('says whether it is live, and when nothing has come for long', () => {
    const log = shown(answer());

    expect(freshness(log, AT + 20)).toMatch(/^Live: .*written them\.$/);
    expect(freshness(log, AT + 200)).toMatch(/The newest is 3 minutes old\.$/);
    expect(freshness({ ...log, isOver: true }, AT + 200)).toBe('This job is over.');
  });

  test('is searched by host and words, and saved whole', () => {
    const log = shown(answer({ lostAtEnd: 1 }));

    expect(matching(log.rows, ' WEB-1 ').map(({ text }) => text)).toEqual(['code-1: staged']);
    expect(matching(log.rows, '')).toBe(log.rows);
    expect(fileText(log).split('\n')).toEqual([
      '2026-11-20T14:00:00.000Z info name of web-1 code-1: staged',
      '2026-11-20T14:00:01.000Z error lost',
      expect.stringMatching(/^-- The last 1 line never arrived\./),
      '',
    ]);
  });
});
