import { describe, expect, test } from '@jest/globals';
import { liveAgent } from '../../agent/agent-loop';
import { openJobLog } from '../../agent/job-log';
import { LOG_CHUNK_MAX_CHARS, LOG_LINE_MAX_CHARS, LOG_LINES_MAX, LogData } from '#wire/agent';
import { aJournal, anAgent } from './support/an-agent';
import { createFakeApp } from './support/fake-app';
import type { FakeApp } from './support/fake-app';
import { createFleet } from './support/fake-hosts';
import { aPlan } from './support/plans';
import { createVirtualClock } from './support/virtual-clock';

const aLog = (redact = (text: string) => text) => openJobLog(() => 7, redact);

describe('the log of a job on the agent', () => {
  test('numbers chunks and lines, and gives the same chunk until it has arrived', () => {
    const log = aLog();
    for (let line = 0; line < LOG_LINES_MAX + 1; line += 1) log.add('info', `line ${line}`);

    const first = log.next();
    expect(log.next()).toBe(first);
    expect(first).toMatchObject({ chunk: 0, firstLine: 0 });
    log.acknowledge(first!); // There are lines.
    expect(log.next()).toEqual({
      chunk: 1,
      firstLine: LOG_LINES_MAX,
      lines: [{ at: 7, level: 'info', text: `line ${LOG_LINES_MAX}` }],
    });
  });

  test('loses the oldest lines while the app is away, and says how many', () => {
    const log = aLog();
    log.add('info', 'the first');
    const first = log.next();
    for (let line = 1; line <= 5_000; line += 1) log.add('info', `line ${line}`);
    log.acknowledge(first!); // There is a line.

    const second = log.next();
    expect(second?.firstLine).toBe(3_001);
    expect(second?.lines[0]?.text).toBe('line 3001');
    log.acknowledge(second!); // There are lines.
    log.close();

    expect(log.end()).toEqual({ lostLines: 5_001 - 1 - LOG_LINES_MAX, writtenLines: 5_001 });
  });

  test('has lines that the app takes, whatever is written', () => {
    const log = aLog((text) => text.replaceAll('hunter2', '***'));
    for (let line = 0; line < 100; line += 1) log.add('warn', 'x'.repeat(5_000));
    log.add('error', 'password hunter2\u001b[31m\u202e\ud800 end');

    const seen: string[] = [];
    for (let chunk = log.next(); chunk; chunk = log.next()) {
      expect(LogData.parse(chunk)).toEqual(chunk);
      expect(chunk.lines.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThanOrEqual(
        LOG_CHUNK_MAX_CHARS,
      );
      seen.push(...chunk.lines.map(({ text }) => text));
      log.acknowledge(chunk);
    }
    expect(seen).toHaveLength(101);
    expect(seen[0]).toHaveLength(LOG_LINE_MAX_CHARS);
    expect(seen[100]).toBe('password *** \ufffd end');
  });
});

/** Lets the agent live until the app has the end of its job. */
async function live(prepare: (app: FakeApp) => void = () => undefined) {
  const clock = createVirtualClock();
  const app = createFakeApp(clock, aPlan());
  prepare(app);
  const agent = anAgent({ clock, app, fleet: createFleet(), journal: aJournal().journal });
  const stopping = new AbortController();
  const watch = async (): Promise<void> => {
    while (app.outcome === null) await clock.sleep(500);
    stopping.abort();
  };
  await clock.drive(Promise.all([liveAgent(agent, stopping.signal), watch()]));
  return app;
}

const textsOf = (app: FakeApp): readonly string[] =>
  app.logged.flatMap(({ lines }) => lines.map(({ text }) => text));

describe('an agent that works on a job', () => {
  test('leaves what it did, line by line, before it says that it has finished', async () => {
    const app = await live();

    expect(app.lostLines).toBe(0);
    expect(app.logged.flatMap(({ lines }) => lines)).toContainEqual({
      at: expect.any(Number),
      level: 'info',
      host: 'web-1',
      text: expect.stringMatching(/^code-1: healthy/),
    });
    expect(textsOf(app).at(-1)).toContain('The work of a job is over.');
    expect(app.calls.lastIndexOf('log')).toBeLessThan(app.calls.indexOf('finish'));
  });

  test('finishes all the same when no line gets through, and says how many were lost', async () => {
    const app = await live((made) => {
      made.disturb = (op) => (op === 'log' ? 'lost-request' : undefined);
    });

    expect(app.outcome).toEqual({ kind: 'succeeded' });
    expect(app.logged).toEqual([]);
    expect(app.lostLines).toBeGreaterThan(5);
  });

  test('sends none to an app of 0.1', async () => {
    const app = await live((made) => {
      made.speaks = () => 1;
    });

    expect(app.outcome).toEqual({ kind: 'succeeded' });
    expect(app.calls).not.toContain('log');
  });
});
