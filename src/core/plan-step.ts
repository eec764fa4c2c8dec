/** The steps of a plan: what an agent does, exactly, in one environment. */
import type { TextRef } from './content';
import type { Host, Site } from './site';

/** One script in one database. */
export interface SqlStep {
  readonly id: string;
  readonly stage: 'SQL';
  /** The script's id in the content. */
  readonly script: string;
  readonly name: string;
  readonly database: string;
  readonly scope: string;
  readonly text: TextRef;
  readonly undo?: TextRef;
}

/** One namespace's keys; the text is the content's, and the agent picks the environment's values. */
export interface ConfigStep {
  readonly id: string;
  readonly stage: 'CONFIG';
  /** The change's id in the content. */
  readonly change: string;
  readonly centre: string;
  readonly application: string;
  readonly namespace: string;
  readonly scope: string;
  readonly changes: TextRef;
  readonly keys: number;
  /** A person applies it: agents leave it alone. */
  readonly byHand: boolean;
}

/** What a site's steps say about where it lives. */
interface SiteStep {
  readonly id: string;
  readonly site: string;
  readonly scope: string;
  readonly version: string;
  readonly basePath: string;
  readonly service: ServiceCheck;
  readonly hosts: readonly Host[];
}

/** One site's code: fetched once, staged on every host, then flipped batch by batch. */
export interface CodeStep extends SiteStep {
  readonly stage: 'CODE';
  readonly appType: Site['appType'];
  readonly artifact: { readonly store: string; readonly file: string; readonly sha256: string };
  /** As the site names it; absent: `bin/start`. */
  readonly startScript?: string;
  /** Host ids in the order in which they are flipped; the first host of the first batch is the gatekeeper. */
  readonly batches: readonly (readonly string[])[];
}

/** Observes that every host serves the version; says so, or names the host that does not. */
export interface VerifyStep extends SiteStep {
  readonly stage: 'VERIFY';
  readonly artifactSha256: string;
}

/**
 * The way back of one site: each host returns to what it served before this plan's release, from its own files;
 * a host that never got it stays as it is. `version` is the one that is left.
 */
export interface RollbackStep extends SiteStep {
  readonly stage: 'ROLLBACK';
  readonly artifactSha256: string;
  readonly startScript?: string;
  readonly batches: readonly (readonly string[])[];
}

/** Puts one namespace back to what it held before this plan's CONFIG stage; part of a rollback. */
export interface RestoreStep {
  readonly id: string;
  readonly stage: 'RESTORE';
  readonly change: string;
  readonly centre: string;
  readonly application: string;
  readonly namespace: string;
  readonly scope: string;
  readonly byHand: boolean;
}

export interface ServiceCheck {
  readonly port: number;
  readonly healthPath: string;
  readonly versionPath?: string;
}

/** `SQL`, `CONFIG`, `CODE`, `VERIFY`: the way there, in this order; `ROLLBACK`: the way back, code first. */
export type RunStage = 'SQL' | 'CONFIG' | 'CODE' | 'VERIFY' | 'ROLLBACK';

/** The kinds of steps that a job of a stage performs, in their order. */
export const KINDS_OF: Readonly<Record<RunStage, readonly PlanStep['stage'][]>> = {
  SQL: ['SQL'],
  CONFIG: ['CONFIG'],
  CODE: ['CODE'],
  VERIFY: ['VERIFY'],
  ROLLBACK: ['ROLLBACK', 'RESTORE'],
};

export type PlanStep = SqlStep | ConfigStep | CodeStep | VerifyStep | RollbackStep | RestoreStep;

/** The steps that hosts are named in. */
export type HostStep = CodeStep | VerifyStep | RollbackStep;

export const isHostStep = (step: PlanStep): step is HostStep =>
  step.stage === 'CODE' || step.stage === 'VERIFY' || step.stage === 'ROLLBACK';
