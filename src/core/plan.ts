/** The exact steps that a release's content becomes in one environment, and their digest. */
import { canonicalText } from './canonical';
import type { Sha256 } from './canonical';
import type { CodeChange, Content } from './content';
import { placeOf, siteScope } from './site';
import type { Host, Site, SiteEnvironment } from './site';

/** One site's code: fetched once, staged on every host, then flipped batch by batch. */
export interface CodeStep {
  readonly id: string;
  readonly stage: 'CODE';
  readonly site: string;
  readonly scope: string;
  readonly version: string;
  readonly appType: Site['appType'];
  readonly artifact: { readonly store: string; readonly file: string; readonly sha256: string };
  readonly basePath: string;
  readonly service: ServiceCheck;
  readonly hosts: readonly Host[];
  /** Host ids in the order in which they are flipped; the first host of the first batch is the gatekeeper. */
  readonly batches: readonly (readonly string[])[];
}

/** Observes that every host serves the version; says so, or names the host that does not. */
export interface VerifyStep {
  readonly id: string;
  readonly stage: 'VERIFY';
  readonly site: string;
  readonly scope: string;
  readonly version: string;
  readonly artifactSha256: string;
  readonly basePath: string;
  readonly service: ServiceCheck;
  readonly hosts: readonly Host[];
}

export interface ServiceCheck {
  readonly port: number;
  readonly healthPath: string;
  readonly versionPath?: string;
}

export type PlanStep = CodeStep | VerifyStep;

export interface Plan {
  readonly format: 1;
  readonly issueId: string;
  readonly environment: string;
  readonly policyVersion: number;
  readonly steps: readonly PlanStep[];
}

export type PlanProblem =
  | { readonly why: 'site-unknown'; readonly site: string }
  | { readonly why: 'site-not-in-environment'; readonly site: string; readonly environment: string }
  | { readonly why: 'no-hosts'; readonly site: string; readonly environment: string }
  | { readonly why: 'nothing-to-do' };

export type Planned =
  | { readonly kind: 'plan'; readonly plan: Plan }
  | { readonly kind: 'impossible'; readonly problems: readonly PlanProblem[] };

interface PlanInput {
  readonly issueId: string;
  readonly project: string;
  readonly environment: string;
  readonly content: Content;
  readonly sites: readonly Site[];
  readonly policyVersion: number;
}

/** Builds the plan of one environment, or names everything that makes it impossible. */
export function buildPlan(input: PlanInput): Planned {
  const built = input.content.code.map((change, index) => stepsOf(input, change, index + 1));
  const problems = built.flatMap((result) => (result.kind === 'impossible' ? result.problems : []));
  if (input.content.code.length === 0) problems.push({ why: 'nothing-to-do' });
  if (problems.length > 0) return { kind: 'impossible', problems };

  const steps = built.flatMap((result) => (result.kind === 'steps' ? result.steps : []));
  const plan: Plan = {
    format: 1,
    issueId: input.issueId,
    environment: input.environment,
    policyVersion: input.policyVersion,
    steps: [
      ...steps.filter((step) => step.stage === 'CODE'),
      ...steps.filter((step) => step.stage === 'VERIFY'),
    ],
  };
  return { kind: 'plan', plan };
}

/** What the steps of one site share: `1` of `code-1` and `verify-1`. */
export const siteSerial = (stepId: string): string => stepId.slice(stepId.lastIndexOf('-') + 1);

/** The text that is stored, fetched and hashed; the plan's digest is its SHA-256. */
export const planText = (plan: Plan): string => canonicalText(plan);

/** The digest that approvals bind. */
export const planDigest = (plan: Plan, sha256: Sha256): string => sha256(planText(plan));

type StepsOf =
  | { readonly kind: 'steps'; readonly steps: readonly [CodeStep, VerifyStep] }
  | { readonly kind: 'impossible'; readonly problems: readonly PlanProblem[] };

function stepsOf(input: PlanInput, change: CodeChange, serial: number): StepsOf {
  const { environment } = input;
  const site = input.sites.find((candidate) => candidate.id === change.site);
  if (!site) return impossible({ why: 'site-unknown', site: change.site });
  const place = placeOf(site, environment);
  if (!place) return impossible({ why: 'site-not-in-environment', site: site.id, environment });
  if (place.hosts.length === 0) return impossible({ why: 'no-hosts', site: site.id, environment });

  const common = {
    site: site.id,
    scope: siteScope(input.project, site.id, environment),
    version: change.version,
    basePath: place.basePath,
    service: serviceOf(place),
    hosts: place.hosts,
  };
  const file = `${site.packageName}-${change.version}.tar.gz`;
  const code: CodeStep = {
    ...common,
    id: `code-${String(serial)}`,
    stage: 'CODE',
    appType: site.appType,
    artifact: { store: site.store, file, sha256: change.artifactSha256 },
    batches: batchesOf(place.hosts),
  };
  const verify: VerifyStep = {
    ...common,
    id: `verify-${String(serial)}`,
    stage: 'VERIFY',
    artifactSha256: change.artifactSha256,
  };
  return { kind: 'steps', steps: [code, verify] };
}

const impossible = (problem: PlanProblem): StepsOf => ({ kind: 'impossible', problems: [problem] });

const serviceOf = (place: SiteEnvironment): ServiceCheck => ({
  port: place.servicePort,
  healthPath: place.healthPath,
  ...(place.versionPath === undefined ? {} : { versionPath: place.versionPath }),
});

/** The gatekeeper alone, then everyone else: a broken release never reaches the second host. */
function batchesOf(hosts: readonly Host[]): readonly (readonly string[])[] {
  const [gatekeeper, ...others] = hosts.map((host) => host.id);
  if (gatekeeper === undefined) return [];
  return others.length === 0 ? [[gatekeeper]] : [[gatekeeper], others];
}
