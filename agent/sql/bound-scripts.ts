/** The scripts of a plan within agent.yml: each with the database that it is for. */
import type { Failure } from '#core/failure';
import type { SqlStep } from '#core/plan-step';
import type { Settings } from '../ports/agent';
import type { DatabaseRule } from './database-rule';

export interface BoundScript {
  readonly step: SqlStep;
  readonly rule: DatabaseRule;
}

export type BoundScripts =
  | { readonly kind: 'bounded'; readonly scripts: readonly BoundScript[] }
  | { readonly kind: 'refused'; readonly failure: Failure };

/** All of them, or the first that agent.yml does not allow. */
export function boundScripts(
  steps: readonly SqlStep[],
  environment: string,
  { databases, file }: Pick<Settings, 'databases' | 'file'>,
): BoundScripts {
  const scripts: BoundScript[] = [];
  for (const step of steps) {
    const named = databases.filter(({ id }) => id === step.database);
    const rule = named.find(({ environments }) => environments.includes(environment));
    if (!rule) return refuse(step, environment, named.length > 0, file);
    scripts.push({ step, rule });
  }
  return { kind: 'bounded', scripts };
}

function refuse(
  { database, name }: SqlStep,
  environment: string,
  isNamed: boolean,
  file: string,
): BoundScripts {
  const sentence = isNamed
    ? `${file} names database ${database}, but not for ${environment} (script ${name}); add an entry for ${environment} there, or correct the script's environments.`
    : `${file} names no database ${database} (script ${name}, ${environment}); add it under databases, or correct the script's database.`;
  return { kind: 'refused', failure: { class: 'permission', sentence } };
}
