/** What this agent keeps for configuration: its centres' namespaces, its secrets, and what was merged from both. */
import type { CentreRule } from './centre-rule';
import { createMergedDigests } from './merged-digests';
import type { MergedDigests } from './merged-digests';
import { createNamespaceStore } from './namespace-store';
import type { NamespaceStore } from './namespace-store';
import { createSecrets } from './secrets';
import type { ReadSecret, SecretPlaces } from './secrets';

export interface Centres {
  /** The centre of an id in an environment, as far as agent.yml has one. */
  find(id: string, environment: string): NamespaceStore | undefined;
  /** Every centre of an environment. */
  in(environment: string): readonly NamespaceStore[];
  readonly secrets: EnvironmentSecrets;
  readonly merged: MergedDigests;
}

/** Secrets as a job of an environment may use them. */
export interface EnvironmentSecrets {
  read(name: string, environment: string): Promise<ReadSecret>;
}

export interface CentrePlaces {
  readonly secrets: SecretPlaces;
  /** Remembers which merged packages went to hosts. */
  readonly merged: string;
}

/** The centres of agent.yml. Nothing is read before it is asked for. */
export function createCentres(rules: readonly CentreRule[], places: CentrePlaces): Centres {
  const reaching = (environment: string): readonly CentreRule[] =>
    rules.filter(({ environments }) => environments.includes(environment));
  return {
    find: (id, environment) => {
      const rule = reaching(environment).find((candidate) => candidate.id === id);
      return rule && createNamespaceStore(rule.directory);
    },
    in: (environment) =>
      reaching(environment).map(({ directory }) => createNamespaceStore(directory)),
    secrets: createSecrets(places.secrets),
    merged: createMergedDigests(places.merged),
  };
}
