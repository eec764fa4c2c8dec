/** No handler is left out of the storms: what the manifest names, somebody in the simulation drives. */
import { expect, test } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { Envelope } from '#wire/agent';
import { PANEL_CALLS, SETTINGS_CALLS } from '#wire/page';
import { TaskSchema } from '#wire/task';
import { DRIVEN } from './handlers';

const Manifest = z.object({
  modules: z.object({
    function: z.array(z.object({ key: z.string() })),
    trigger: z.array(z.object({ function: z.string(), events: z.array(z.string()) })),
  }),
});

const { modules } = Manifest.parse(parse(readFileSync('manifest.yml', 'utf8')));

/** What a function is asked for; undefined where it is one thing. */
const callsOf = (key: string): readonly string[] | undefined => {
  const events = modules.trigger.filter((trigger) => trigger.function === key);
  if (events.length > 0)
    return events.flatMap((trigger) => trigger.events.map((event) => event.split(':')[2] ?? event));
  if (key === 'panel') return Object.keys(PANEL_CALLS);
  if (key === 'settings') return Object.keys(SETTINGS_CALLS);
  if (key === 'answer-agent') return Envelope.shape.op.options;
  if (key === 'do-work') return TaskSchema.options.map(({ shape }) => shape.type.value);
  return undefined;
};

test('the simulation drives every handler of the manifest: page calls, operations, events and tasks', () => {
  const handlers = modules.function.flatMap(
    ({ key }) => callsOf(key)?.map((call) => `${key} ${call}`) ?? [key],
  );

  expect(Object.keys(DRIVEN).sort()).toEqual([...handlers].sort());
});

test('each driver is a file of the simulation', () => {
  const files = Object.values(DRIVEN).flatMap((words) => words.match(/[a-z-]+\.ts/g) ?? []);

  expect(files.filter((file) => !existsSync(join(__dirname, file)))).toEqual([]);
  expect(files.length).toBeGreaterThanOrEqual(Object.keys(DRIVEN).length);
});
