import { describe, expect, test } from '@jest/globals';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { canonicalText } from '#core/canonical';
import type { ConfigChange, ConfigValue, KeyChange } from '#core/content';
import type { Plan } from '#core/plan';
import type { AgentAct } from '#wire/agent';
import { performPlan } from '../../../agent/perform-plan';
import type { WorkEnd } from '../../../agent/perform-plan';
import { createCentres } from '../../../agent/centres/centres';
import { createSecrets } from '../../../agent/centres/secrets';
import { machineClock } from '../../../agent/clock';
import { sha256Hex } from '../../../agent/keys';
import { aHold, toldBy } from '../support/a-hold';
import { aJournal, anAgent } from '../support/an-agent';
import { createFakeApp } from '../support/fake-app';
import { createFleet } from '../support/fake-hosts';
import { aPlan } from '../support/plans';
import { scratch } from '../support/scratch';

const directory = scratch();
let worlds = 0;

interface Ended {
  readonly end: WorkEnd;
  /** `shop-properties done: 1 key set; it is revision 1 now` */
  readonly told: readonly string[];
  /** What its entries say for the audit. */
  readonly acts: readonly AgentAct[];
}

interface Job {
  readonly job?: string;
  readonly fence?: number;
  /** Another agent has the job by now. */
  readonly isTakenOver?: boolean;
}

function aWorld() {
  worlds += 1;
  const home = join(directory, `world-${worlds}`);
  const rule = { id: 'files', environments: ['SIT'], kind: 'files' as const };
  const places = { directory: join(home, 'secrets'), keyFile: join(home, 'secrets.key') };
  const centres = createCentres([{ ...rule, directory: join(home, 'centre') }], {
    secrets: places,
    merged: join(home, 'merged'),
  });
  const texts = new Map<string, string>();
  const { journal } = aJournal();
  let jobs = 0;

  const aChange = (
    namespace: string,
    changes: readonly KeyChange[],
    more: Partial<ConfigChange> = {},
  ): ConfigChange => {
    const text = canonicalText(changes);
    texts.set(sha256Hex(text), text);
    return {
      id: namespace.replaceAll('.', '-'),
      centre: 'files',
      application: 'shop',
      namespace,
      changes: { sha256: sha256Hex(text), bytes: Buffer.byteLength(text) },
      keys: changes.length,
      byHand: false,
      ...more,
    };
  };

  const run = async (
    stage: 'CONFIG' | 'ROLLBACK',
    plan: Plan,
    { job, fence, isTakenOver = false }: Job = {},
  ): Promise<Ended> => {
    jobs += 1;
    const name = job ?? `10001.${jobs}`;
    const app = createFakeApp(machineClock, plan, {
      stage,
      job: name,
      firstFence: fence ?? jobs,
    });
    for (const [digest, text] of texts) app.texts.set(digest, text);
    const agent = anAgent({ clock: machineClock, app, journal, centres, fleet: createFleet() });
    const hold = await aHold(agent, app, name);
    if (isTakenOver) app.takeOver();
    const end = await performPlan(agent, hold);
    const told = (await toldBy(agent, hold)).filter(({ step }) => !step.startsWith('rollback'));
    return {
      end,
      told: told.map(({ host, state, note }) => `${host} ${state}${note && `: ${note}`}`),
      acts: told.flatMap(({ acts = [] }) => acts),
    };
  };

  const file = (namespace: string): string =>
    join(home, 'centre', 'SIT', 'shop', `${namespace}.json`);
  const valuesOf = (namespace: string): unknown =>
    existsSync(file(namespace))
      ? (JSON.parse(readFileSync(file(namespace), 'utf8')) as { values: unknown }).values
      : undefined;
  return { home, texts, aChange, run, file, valuesOf, secrets: createSecrets(places) };
}

const planOf = (...config: readonly ConfigChange[]): Plan => aPlan(['web-1'], { config });
const text = (value: string, perEnvironment?: Record<string, string>): ConfigValue => ({
  kind: 'text',
  text: value,
  ...(perEnvironment && { perEnvironment }),
});
const set = (key: string, value: ConfigValue): KeyChange => ({ action: 'set', key, value });
const remove = (key: string): KeyChange => ({ action: 'delete', key });

describe('a CONFIG job', () => {
  test('writes the environment’s values, and keeps what it does not name [S1-15]', async () => {
    const { aChange, run, valuesOf } = aWorld();
    await run('CONFIG', planOf(aChange('a', [set('kept', text('1')), set('gone', text('2'))])));

    const { end, told } = await run(
      'CONFIG',
      planOf(
        aChange('a', [
          set('colour', text('grey', { SIT: 'red', PROD: 'blue' })),
          set('size', text('9', { PROD: '10' })),
          remove('gone'),
          remove('never-there'),
        ]),
      ),
    );

    expect(end).toEqual({ kind: 'succeeded' });
    expect(told).toEqual([
      'a running',
      'a done: 2 keys set, 1 deleted, 1 to delete was not there; it is revision 2 now',
    ]);
    expect(valuesOf('a')).toEqual({
      colour: { kind: 'text', text: 'red' },
      kept: { kind: 'text', text: '1' },
      size: { kind: 'text', text: '9' },
    });
  });

  test.each<[string, readonly KeyChange[], string]>([
    ['one key', [set('new', text('1'))], '1 key set'],
    [
      'a key that is so already',
      [set('a', text('1')), set('b', text('1'))],
      '2 keys set (1 already so)',
    ],
    ['the value that holds there', [set('a', text('0', { SIT: '1' }))], '1 key set (1 already so)'],
    ['a secret of the name of a text', [set('a', { kind: 'secret', name: '1' })], '1 key set'],
    ['what is there', [remove('a'), remove('b')], '2 keys deleted'],
    ['what is not there', [remove('c')], '1 key to delete was not there'],
    [
      'names of a prototype',
      [remove('constructor'), remove('toString')],
      '2 keys to delete were not there',
    ],
    ['both', [remove('a'), remove('c'), remove('d')], '1 key deleted, 2 to delete were not there'],
  ])('says what came of %s, a second time the same', async (_what, changes, words) => {
    const { aChange, run, secrets } = aWorld();
    await secrets.set('1', 'canary-value');
    await run('CONFIG', planOf(aChange('n', [set('a', text('1')), set('b', text('2'))])));
    const plan = planOf(aChange('n', changes));

    const first = await run('CONFIG', plan, { job: 'j', fence: 7 });
    const again = await run('CONFIG', plan, { job: 'j', fence: 8 });

    expect(first.told.at(-1)).toBe(`n done: ${words}; it is revision 2 now`);
    expect(again.told.at(-1)).toBe(first.told.at(-1));
  });

  test('writes nothing at all when one key of one change is not sound', async () => {
    const { aChange, run, valuesOf } = aWorld();
    const sound = aChange('a', [set('x', text('1'))]);
    const secret = aChange('b', [set('y', { kind: 'secret', name: 'shop-db' })]);

    const { end, told } = await run('CONFIG', planOf(sound, secret));

    const sentence =
      'This agent has no secret shop-db; set it on its machine: interlock-agent secret set shop-db';
    expect(end).toEqual({ kind: 'failed', failure: { class: 'config', sentence } });
    expect(told).toEqual([`b failed: ${sentence}`]);
    expect(valuesOf('a')).toBeUndefined();
  });

  test('keeps of a secret its name', async () => {
    const { aChange, run, file, secrets } = aWorld();
    await secrets.set('shop-db', 'canary-value');

    const plan = planOf(aChange('b', [set('y', { kind: 'secret', name: 'shop-db' })]));
    expect((await run('CONFIG', plan)).end).toEqual({ kind: 'succeeded' });

    const written = readFileSync(file('b'), 'utf8');
    expect(JSON.parse(written)).toMatchObject({
      values: { y: { kind: 'secret', name: 'shop-db' } },
    });
    expect(written).not.toContain('canary-value');
  });

  test.each<[string, unknown, string]>([
    [
      'a key twice',
      [set('x', text('1')), remove('x')],
      'it names one key twice; give each key once',
    ],
    ['no key', [], 'it changes no key'],
    ['no list', { x: '1' }, 'it must be a list'],
    [
      'a line break in a key',
      [set('fine', text('1')), set('x\ny', text('1'))],
      'key of its key 2 ("x\\ny") must be one line without blanks around it',
    ],
    [
      'another action',
      [{ action: 'run', key: 'x' }],
      'action of its key 1 ("x") must be set or delete',
    ],
    ['no value', [{ action: 'set', key: 'x' }], 'value of its key 1 ("x") is missing'],
    [
      'a value of another kind',
      [{ action: 'set', key: 'x', value: { kind: 'canary-kind' } }],
      'value.kind of its key 1 ("x") must be text or secret',
    ],
    [
      'a value that is no text',
      [set('x', { kind: 'text', text: 7 } as never)],
      'value.text of its key 1 ("x") must be a text',
    ],
    [
      'too long a value',
      [set('x', text('1', { SIT: 'canary'.repeat(6_000) }))],
      'value.perEnvironment.SIT of its key 1 ("x") is longer than 32768 characters',
    ],
    [
      'more than it should',
      [{ ...remove('x'), why: 'canary' }],
      'its key 1 ("x") has the unknown member why; take it out',
    ],
    ['a number for a key', [7], 'its key 1 must be an object'],
  ])(
    'refuses a text that holds %s in one sentence, without repeating values',
    async (_what, changes, words) => {
      const { aChange, run, valuesOf } = aWorld();
      const plan = planOf(aChange('a', changes as readonly KeyChange[], { keys: 1 }));

      const { end } = await run('CONFIG', plan);

      const sentence = `The configuration change a cannot be applied: ${words}. No key was changed; iterate the release and correct the change.`;
      expect(end).toEqual({ kind: 'failed', failure: { class: 'config', sentence } });
      expect(valuesOf('a')).toBeUndefined();
    },
  );

  test('refuses a text with another number of keys than was approved', async () => {
    const { aChange, run } = aWorld();

    const { end } = await run('CONFIG', planOf(aChange('a', [remove('x')], { keys: 2 })));

    const sentence =
      'The configuration change a cannot be applied: the plan says 2 keys and its text changes 1. No key was changed; iterate the release and correct the change.';
    expect(end).toEqual({ kind: 'failed', failure: { class: 'config', sentence } });
  });

  test('refuses a centre that agent.yml does not have in the environment', async () => {
    const { aChange, run } = aWorld();

    const { end } = await run('CONFIG', planOf(aChange('a', [remove('x')], { centre: 'apollo' })));

    expect(end).toEqual({
      kind: 'failed',
      failure: {
        class: 'permission',
        sentence:
          "/etc/interlock/agent.yml has no centre apollo for SIT; add it there, or correct the change's centre.",
      },
    });
  });

  test('leaves what is by hand to people', async () => {
    const { aChange, run, valuesOf } = aWorld();

    const { end, told } = await run(
      'CONFIG',
      planOf(aChange('a', [set('x', text('1'))], { byHand: true, centre: 'nowhere' })),
    );

    expect(end).toEqual({ kind: 'succeeded' });
    expect(told).toEqual(['a waiting: applied by hand']);
    expect(valuesOf('a')).toBeUndefined();
  });

  test('is done once per job, whatever was written since', async () => {
    const { aChange, run, valuesOf } = aWorld();
    const one = planOf(aChange('a', [set('x', text('1'))]));
    await run('CONFIG', one, { job: 'j.1', fence: 1 });
    await run('CONFIG', planOf(aChange('a', [set('x', text('2'))])), { job: 'j.2', fence: 2 });

    const again = await run('CONFIG', one, { job: 'j.1', fence: 3 });

    expect(again.end).toEqual({ kind: 'succeeded' });
    expect(again.told.at(-1)).toBe('a done: 1 key set; it is revision 1 now');
    expect(valuesOf('a')).toEqual({ x: { kind: 'text', text: '2' } });
  });

  test.each([
    [true, { kind: 'lost', why: expect.stringContaining('fence 7') }, ['a running'], []],
    [
      false,
      {
        kind: 'failed',
        failure: {
          class: 'permission',
          sentence: expect.stringMatching(
            /^Namespace .* has seen fence 7 and refuses fence 3 of job j\.1, .* then retry, and Interlock goes on above 7\.$/,
          ),
        },
        fenceSeen: 7,
      },
      [
        'a running',
        expect.stringMatching(/^a failed: Namespace .* and Interlock goes on above 7\.$/),
      ],
      [{ what: 'apply', result: 'failed', fence: 3, of: 'no revision' }],
    ],
  ])(
    'of a lower fence than the namespace has seen lets go of the job, or fails where it is its own (another’s: %s)',
    async (isTakenOver, end, told, acts) => {
      const { aChange, run, valuesOf } = aWorld();
      await run('CONFIG', planOf(aChange('a', [set('x', text('2'))])), { job: 'j.2', fence: 7 });

      const late = await run('CONFIG', planOf(aChange('a', [set('x', text('1'))])), {
        ...{ job: 'j.1', fence: 3, isTakenOver },
      });

      expect(late).toEqual({ end, told, acts });
      expect(valuesOf('a')).toEqual({ x: { kind: 'text', text: '2' } });
    },
  );

  test('two changes of one namespace are both applied', async () => {
    const { aChange, run, valuesOf } = aWorld();
    const plan = planOf(
      aChange('a', [set('x', text('1'))], { id: 'first' }),
      aChange('a', [set('y', text('2'))], { id: 'second' }),
    );

    expect((await run('CONFIG', plan)).end).toEqual({ kind: 'succeeded' });
    expect(Object.keys(valuesOf('a') as object)).toEqual(['x', 'y']);

    expect((await run('ROLLBACK', plan)).end).toEqual({ kind: 'succeeded' });
    expect(valuesOf('a')).toEqual({});
  });

  test('says where a damaged namespace lies, before it writes another', async () => {
    const { aChange, run, file, valuesOf } = aWorld();
    await run('CONFIG', planOf(aChange('b', [set('x', text('1'))])));
    writeFileSync(file('b'), '{"revision":');

    const { end } = await run(
      'CONFIG',
      planOf(aChange('a', [set('x', text('1'))]), aChange('b', [set('x', text('2'))])),
    );

    expect(end).toMatchObject({
      failure: {
        class: 'config',
        sentence: expect.stringContaining(`${file('b')} is no namespace`),
      },
    });
    expect(valuesOf('a')).toBeUndefined();
  });

  test('says which namespace cannot be read, and what to do', async () => {
    const { aChange, run, file } = aWorld();
    mkdirSync(file('a'), { recursive: true });

    const { end } = await run('CONFIG', planOf(aChange('a', [set('x', text('1'))])));

    const sentence = `${file('a')} cannot be read (EISDIR); let the agent's user read that file, then retry.`;
    expect(end).toEqual({ kind: 'failed', failure: { class: 'config', sentence } });
  });
});

describe('the way back of a CONFIG job', () => {
  test('puts every key back to what it was before the release', async () => {
    const { aChange, run, valuesOf } = aWorld();
    await run('CONFIG', planOf(aChange('a', [set('x', text('1')), set('y', text('2'))])));
    const before = valuesOf('a');
    const plan = planOf(aChange('a', [set('x', text('9')), set('z', text('3')), remove('y')]));
    await run('CONFIG', plan);
    // A retry of the stage is the same release: the way back leads before both.
    await run('CONFIG', plan);

    const { end, told } = await run('ROLLBACK', plan);

    expect(end).toEqual({ kind: 'succeeded' });
    expect(told).toEqual([
      'a running',
      'a done: holds again what it held before; it is revision 4 now',
    ]);
    expect(valuesOf('a')).toEqual(before);

    const again = await run('ROLLBACK', plan);
    expect(again.told.at(-1)).toBe('a done: it was put back before');
    expect(valuesOf('a')).toEqual(before);
  });

  test('after a way back the release can come again, and go back again', async () => {
    const { aChange, run, valuesOf } = aWorld();
    const plan = planOf(aChange('a', [set('x', text('9'))]));
    await run('CONFIG', plan);
    await run('ROLLBACK', plan);
    await run('CONFIG', plan);
    expect(valuesOf('a')).toEqual({ x: { kind: 'text', text: '9' } });

    await run('ROLLBACK', plan);

    expect(valuesOf('a')).toEqual({});
  });

  test('refuses where another release has changed the namespace since, and names it', async () => {
    const { aChange, run, valuesOf } = aWorld();
    const plan = planOf(aChange('a', [set('x', text('1'))]));
    await run('CONFIG', plan);
    await run('CONFIG', planOf(aChange('a', [set('y', text('2'))])), { job: '10007.3' });
    const held = valuesOf('a');

    const { end } = await run('ROLLBACK', plan);

    expect(end).toEqual({
      kind: 'failed',
      failure: {
        class: 'config',
        sentence:
          'The configuration shop/a in SIT was changed again after this release, by job 10007.3 (revision 2); it stays as it is: put its keys back by hand, or release a change that does.',
      },
    });
    expect(valuesOf('a')).toEqual(held);
  });

  test('leads on below a release that came later and was put back', async () => {
    const { aChange, run, valuesOf } = aWorld();
    const one = planOf(aChange('a', [set('x', text('1'))]));
    const two = planOf(aChange('a', [set('x', text('2')), set('y', text('2'))]));
    const three = planOf(aChange('a', [set('y', text('3'))]));
    await run('CONFIG', one, { job: '10001.1' });
    const first = valuesOf('a');
    await run('CONFIG', two, { job: '10002.1' });
    const second = valuesOf('a');
    await run('CONFIG', three, { job: '10003.1' });

    expect((await run('ROLLBACK', three, { job: '10003.2' })).end).toEqual({ kind: 'succeeded' });
    expect(valuesOf('a')).toEqual(second);
    expect((await run('ROLLBACK', two, { job: '10002.2' })).end).toEqual({ kind: 'succeeded' });
    expect(valuesOf('a')).toEqual(first);
    expect((await run('ROLLBACK', one, { job: '10001.2' })).end).toEqual({ kind: 'succeeded' });
    expect(valuesOf('a')).toEqual({});
  });

  test('refuses where a person has edited the file', async () => {
    const { aChange, run, file } = aWorld();
    const plan = planOf(aChange('a', [set('x', text('1'))]));
    await run('CONFIG', plan);
    const edited = readFileSync(file('a'), 'utf8').replace('"text": "1"', '"text": "by hand"');
    writeFileSync(file('a'), edited);

    const { end } = await run('ROLLBACK', plan);

    expect(end).toMatchObject({
      failure: { sentence: expect.stringContaining('was edited outside Interlock') },
    });
    expect(readFileSync(file('a'), 'utf8')).toBe(edited);
  });

  test('refuses where a person has edited the file between two tries of the release', async () => {
    const { aChange, run, file, valuesOf } = aWorld();
    const plan = planOf(aChange('a', [set('x', text('1'))]));
    await run('CONFIG', plan);
    const edited = readFileSync(file('a'), 'utf8').replace(
      '"values": {',
      '"values": {"y": {"kind": "text", "text": "by hand"},',
    );
    writeFileSync(file('a'), edited);
    await run('CONFIG', plan);
    const held = valuesOf('a');
    expect(Object.keys(held as object)).toEqual(['x', 'y']);

    const { end } = await run('ROLLBACK', plan);

    expect(end).toMatchObject({
      failure: { sentence: expect.stringContaining('was edited outside Interlock') },
    });
    expect(valuesOf('a')).toEqual(held);
  });

  test('does nothing where the release never came so far', async () => {
    const { aChange, run, valuesOf } = aWorld();

    const { end, told } = await run('ROLLBACK', planOf(aChange('a', [set('x', text('1'))])));

    expect(end).toEqual({ kind: 'succeeded' });
    expect(told).toEqual(['a running', 'a done: this release has not changed it']);
    expect(valuesOf('a')).toBeUndefined();
  });
});

describe('a write that was cut short', () => {
  test('before the namespace took it is none: the next one takes its number', async () => {
    const { aChange, run, file, valuesOf } = aWorld();
    const plan = planOf(aChange('a', [set('x', text('1'))]));
    await run('CONFIG', plan, { job: 'j.1', fence: 1 });
    rmSync(file('a'));

    const again = await run('CONFIG', plan, { job: 'j.1', fence: 2 });

    expect(again.end).toEqual({ kind: 'succeeded' });
    expect(valuesOf('a')).toEqual({ x: { kind: 'text', text: '1' } });
    expect(readdirSync(file('a').replace(/json$/, 'history'))).toEqual(['000000001+j.1+a.json']);
  });

  test('and was overtaken by another is not taken for done', async () => {
    const { aChange, run, file, valuesOf } = aWorld();
    const history = file('a').replace(/json$/, 'history');
    const one = planOf(aChange('a', [set('x', text('1'))]));
    await run('CONFIG', one, { job: 'j.1', fence: 1 });
    rmSync(file('a'));
    await run('CONFIG', planOf(aChange('a', [set('y', text('2'))])), { job: 'j.2', fence: 2 });
    expect(readdirSync(history)).toEqual(['000000001+j.2+a.json']);

    await run('CONFIG', one, { job: 'j.1', fence: 3 });

    expect(Object.keys(valuesOf('a') as object)).toEqual(['x', 'y']);
  });

  test('a directory that cannot be written fails with its path and a remedy', async () => {
    const { aChange, run, file, home } = aWorld();
    await run('CONFIG', planOf(aChange('a', [set('x', text('1'))])));
    rmSync(join(home, 'centre/SIT'), { recursive: true });
    writeFileSync(join(home, 'centre/SIT'), 'a file');
    chmodSync(join(home, 'centre/SIT'), 0o400);

    const { end } = await run('CONFIG', planOf(aChange('a', [set('x', text('2'))])));

    expect(end).toMatchObject({
      kind: 'failed',
      failure: { class: 'config', sentence: expect.stringContaining(file('a')) },
    });
  });
});
