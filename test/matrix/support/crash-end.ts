/** What came of a release whose agents were killed: in Jira, in the agent's journal, in the audit, at the targets. */
import type { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import type { DatabaseRule } from '../../../agent/sql/database-rule';
import type { ReleaseWorld } from '../../support/release-world';
import { fenceFaults } from './answered-claims';
import { compareActs } from './compare-acts';
import type { ComparedActs } from './compare-acts';
import { disagreements, recordsOf, stored } from './compare-records';
import { HOST } from './crash-setting';
import { judgedAudit } from './judged-audit';
import type { ServedApp } from './served-app';
import { deedsInCentre, deedsInDatabase, deedsOnHost } from './target-deeds';
import { effectsIn } from './target-database';
import { namespacesIn } from './target-host';
import type { StillHost, TargetHost } from './target-host';

/** Everything that must be as in the clean run, unless people are asked. */
export type Picture = Awaited<ReturnType<typeof recordsOf>> & {
  readonly effects?: {
    /** Statements that have taken effect. */
    readonly statements: number;
    /** Of each that was begun, its number and how it stands in the ledger. */
    readonly ledger: readonly string[];
  };
  readonly host?: ReturnType<TargetHost['look']>;
  readonly namespaces?: readonly string[];
};

export interface Aftermath {
  readonly picture: Picture;
  readonly question: string | null;
  /** Where app, journal, audit and targets do not tell the same, a sentence each. */
  readonly disagreements: readonly string[];
  readonly acts: Omit<ComparedActs, 'faults'>;
}

interface Played {
  readonly world: ReleaseWorld;
  readonly app: ServedApp;
  readonly journal: DatabaseSync;
  /** The point's own, with the centre in it. */
  readonly directory: string;
  readonly host: TargetHost | StillHost;
  readonly rule: DatabaseRule | undefined;
  /** Some agent has died. */
  readonly isKilled: boolean;
}

/** Each point has a directory and a port of its own. */
const placeless = (text: string, host: TargetHost | StillHost): string => {
  const based = text.replaceAll(host.base, 'BASE');
  return 'port' in host ? based.replaceAll(String(host.port), 'PORT') : based;
};

/** Looks everywhere, once the last agent has ended. */
export async function aftermathOf(played: Played): Promise<Aftermath> {
  const { world, app, journal, directory, host, rule, isKilled } = played;
  const { memory } = world.ports;
  const centre = join(directory, 'centre');
  const effects = rule && (await effectsIn(rule));
  const audit = await judgedAudit(world, journal, directory);
  const deeds = [
    ...deedsOnHost(host.base, HOST),
    ...deedsInDatabase(effects?.ledger ?? []),
    ...(await deedsInCentre(centre, 'SIT', 'shop')),
  ];
  const lastFences = new Map(stored(memory, 'job').map(({ job, fence }) => [job, fence] as const));
  const { faults, ...acts } = compareActs(audit.told, deeds, lastFences);
  return {
    picture: {
      ...(await recordsOf(world, (text) => placeless(text, host))),
      ...(effects && {
        effects: {
          statements: effects.statements,
          ledger: effects.ledger.map(({ number, state }) => `${String(number)} ${state}`),
        },
      }),
      ...('look' in host && { host: host.look(), namespaces: namespacesIn(centre) }),
    },
    question: (await world.record()).state.question,
    disagreements: [
      ...app.setbacks,
      ...fenceFaults(memory, app.claims),
      ...disagreements(memory, journal, { mayBeDropped: isKilled }),
      ...audit.findings,
      ...faults,
      ...('touched' in host ? host.touched() : []),
    ],
    acts,
  };
}
