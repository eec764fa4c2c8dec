/** The scripts of a plan, one after another in the list's order. */
import type { Failure } from '#core/failure';
import type { SqlStep } from '#core/plan-step';
import type { PartEnd } from '../bound-step';
import type { Hold } from '../hold';
import type { Agent } from '../ports/agent';
import { boundScripts } from './bound-scripts';
import type { DatabaseRule } from './database-rule';
import { probeDatabase } from './probe-database';
import type { Probed } from './probe-database';
import { prepareScript } from './prepared-script';
import type { PreparedScript } from './prepared-script';
import { runScript } from './run-script';
import { collectActs } from './script-acts';
import { tryAgain } from './try-again';

/** Runs the scripts; the first that fails ends it, and later ones wait. */
export async function runScripts(
  agent: Agent,
  hold: Hold,
  release: string,
  steps: readonly SqlStep[],
): Promise<PartEnd> {
  const bounded = boundScripts(steps, hold.claim.environment, agent.settings);
  if (bounded.kind === 'refused') return bounded;

  const scripts: PreparedScript[] = [];
  for (const bound of bounded.scripts) {
    const prepared = await prepareScript(agent, hold, bound);
    if (prepared.kind !== 'prepared') return prepared;
    scripts.push(prepared.script);
  }
  const reached = await reachAll(agent, hold, new Set(scripts.map(({ rule }) => rule)));
  if (reached.kind !== 'succeeded') return reached;

  for (const [index, script] of scripts.entries()) {
    const after = scripts.length - index - 1;
    const end = await runScript({ agent, hold, release, script, after, acts: collectActs() });
    if (end.kind !== 'succeeded') return end;
  }
  return { kind: 'succeeded' };
}

/** A database that does not answer stops the run before the first statement, not in its middle. */
async function reachAll(
  agent: Agent,
  hold: Hold,
  rules: ReadonlySet<DatabaseRule>,
): Promise<PartEnd> {
  for (const rule of rules) {
    // What an earlier claim has begun is asked about only where the ledger can be read.
    const probed = await tryAgain(
      agent,
      hold,
      () => probeDatabase(agent.databases, rule),
      (end) => hold.isResumed && isAway(end),
    );
    if (probed.kind === 'interrupted') return probed;
    if (probed.kind !== 'failed') continue;
    return hold.isResumed && isAway(probed) ? inDoubt(probed.failure) : probed;
  }
  return { kind: 'succeeded' };
}

const isAway = (probed: Probed): boolean =>
  probed.kind === 'failed' && probed.failure.class === 'transport';

const IN_DOUBT =
  'This job was interrupted before, and a statement that it had begun may have happened: retry, before anybody writes another script, and the ledger there says where it stands or you are asked.';

const inDoubt = (failure: Failure): PartEnd => ({
  kind: 'failed',
  failure: { ...failure, sentence: `${failure.sentence} ${IN_DOUBT}` },
});
