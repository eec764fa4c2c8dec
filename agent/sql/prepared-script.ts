/** A script as it will run: fetched by its digest, split, and judged before the first statement of any script. */
import type { Failure } from '#core/failure';
import { fetchText } from '../fetch-text';
import type { Hold, Stop } from '../hold';
import { sha256Hex } from '../keys';
import type { Agent } from '../ports/agent';
import type { BoundScript } from './bound-scripts';
import type { DigestedStatement } from './resume';
import { splitScript } from './split-script';
import { whyNot } from './statement-kind';

export interface PreparedScript extends BoundScript {
  readonly statements: readonly DigestedStatement[];
}

export type Prepared =
  | { readonly kind: 'prepared'; readonly script: PreparedScript }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | Stop;

/** Fetches and splits; what cannot be run statement by statement is refused with its line. */
export async function prepareScript(
  agent: Agent,
  hold: Hold,
  { step, rule }: BoundScript,
): Promise<Prepared> {
  const fetched = await fetchText(agent, hold, step.text.sha256, `script ${step.name}`);
  if (fetched.kind !== 'text') return fetched;
  const split = splitScript(fetched.text, rule.engine);
  if (split.kind === 'broken') {
    return fail(
      `Script ${step.name} is cut off: the ${split.what} that begins at line ${String(split.line)} never ends. Nothing has run; correct the script.`,
    );
  }
  for (const statement of split.statements) {
    const why = whyNot(statement, rule.engine);
    if (why === undefined) continue;
    const where = `Statement ${String(statement.number)} of script ${step.name} (line ${String(statement.line)})`;
    return fail(`${where} ${why}. Nothing has run.`);
  }
  const statements = split.statements.map((statement) => ({
    ...statement,
    digest: sha256Hex(statement.text),
  }));
  return { kind: 'prepared', script: { step, rule, statements } };
}

const fail = (sentence: string): Prepared => ({
  kind: 'failed',
  failure: { class: 'SQL', sentence },
});
