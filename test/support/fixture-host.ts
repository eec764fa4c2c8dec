/** Local Jira with the fixture app and a small Jira around it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalJira, type LocalJira, type LocalJiraSettings } from '../../local/host';
import type { FunctionOutcome } from '../../local/services/service';
import type { Ask } from './fixture-app/src/index';
import { createSmallJira, type SmallJira } from './small-jira';

export interface FixtureHost extends LocalJira {
  readonly small: SmallJira;
  readonly lines: string[];
  readonly stateDirectory: string;
  /** Calls the fixture's `probe` function; fails when it does not return. */
  probe(ask: Ask, input?: object, accountId?: string): Promise<unknown>;
  /** Stops it and removes its state. */
  end(): Promise<void>;
}

const FIXTURE_APP = join(__dirname, 'fixture-app');
/** Kept between runs: the real bundler takes half a minute. */
const BUNDLES = join(__dirname, '..', '..', '.interlock', 'test-bundle');

export async function startFixtureHost(
  settings: Partial<LocalJiraSettings> = {},
): Promise<FixtureHost> {
  const stateDirectory = settings.stateDirectory ?? mkdtempSync(join(tmpdir(), 'local-jira-'));
  const lines: string[] = [];
  let small: SmallJira | undefined;
  const host = await startLocalJira({
    appDirectory: FIXTURE_APP,
    bundleDirectory: BUNDLES,
    port: 0,
    seed: 'fixture',
    knobs: { preset: 'calm' },
    log: (line) => void lines.push(line),
    ...settings,
    stateDirectory,
    createJira: (parts) => (small = createSmallJira(parts)),
  });
  if (small === undefined) throw new Error('The host made no Jira.');
  return {
    ...host,
    small,
    lines,
    stateDirectory,
    async probe(ask, input = {}, accountId = 'account-dev') {
      const outcome = await host.call({
        moduleKey: 'panel',
        moduleType: 'jira:issuePanel',
        functionKey: 'probe',
        payload: { ask, input },
        deadlineSeconds: 25,
        ...(accountId === '' ? {} : { accountId }),
      });
      return returned(outcome);
    },
    async end() {
      await host.stop();
      rmSync(stateDirectory, { recursive: true, force: true });
    },
  };
}

/** The value of a call that must have returned. */
function returned(outcome: FunctionOutcome): unknown {
  if (outcome.kind !== 'returned') throw new Error(`The call ended ${JSON.stringify(outcome)}.`);
  return outcome.value;
}

/** Waits for a condition; never for a fixed time. */
export async function eventually<Value>(
  look: () => Promise<Value | undefined> | Value | undefined,
  what: string,
  deadlineMs = 15_000,
): Promise<Value> {
  const endsAtMs = performance.now() + deadlineMs;
  for (;;) {
    const value = await look();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > endsAtMs)
      throw new Error(`Waited ${deadlineMs} ms in vain for ${what}.`);
    await new Promise((settle) => setTimeout(settle, 10));
  }
}

/** How often the fixture's `note` was called with this mark. */
export async function callsOf(host: FixtureHost, mark: string): Promise<number> {
  const begins = { condition: 'BEGINS_WITH', values: [`call.${mark}.`] };
  const [answer] = await runChains(
    host,
    chain('query', 'where', ['key', begins], 'limit', [100], 'getMany'),
  );
  return (answer?.value as { results: unknown[] }).results.length;
}

/** One chain of calls on the SDK's `kvs`, as data. */
export interface Chain {
  readonly path: readonly { readonly call: string; readonly with?: readonly unknown[] }[];
}
export type ChainAnswer = {
  readonly value?: unknown;
  readonly error?: { readonly code?: string; readonly status?: number; readonly message?: string };
};

/** `chain('entity', ['ticket'], 'get', ['a'])` = `kvs.entity('ticket').get('a')`. */
export function chain(...parts: (string | readonly unknown[])[]): Chain {
  const path: { call: string; with: readonly unknown[] }[] = [];
  for (const part of parts) {
    if (typeof part === 'string') path.push({ call: part, with: [] });
    else path.splice(-1, 1, { call: path.at(-1)?.call ?? '', with: part });
  }
  return { path };
}

/** Runs chains through the real SDK inside a worker. */
export async function runChains(host: FixtureHost, ...steps: Chain[]): Promise<ChainAnswer[]> {
  return (await host.probe('chains', { steps })) as ChainAnswer[];
}
