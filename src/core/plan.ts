/** The exact steps that a release's content becomes in one environment, and their digest. */
import { canonicalText } from './canonical';
import type { Sha256 } from './canonical';
import { isEmpty, runsIn } from './content';
import type { CodeChange, ConfigChange, Content, SqlScript } from './content';
import type {
  CodeStep,
  ConfigStep,
  PlanStep,
  RestoreStep,
  RollbackStep,
  ServiceCheck,
  SqlStep,
  VerifyStep,
} from './plan-step';
import { databaseScope, namespaceScope, placeOf, siteScope } from './site';
import type { Host, Site, SiteEnvironment } from './site';

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
  /** Marks of the scripts that have run in this environment. */
  readonly executed: readonly string[];
}

/** Builds the plan of one environment, or names everything that makes it impossible. */
export function buildPlan(input: PlanInput): Planned {
  const { environment } = input;
  const built = input.content.code.map((change, index) => siteSteps(input, change, index + 1));
  const problems = built.flatMap((result) => (result.kind === 'impossible' ? result.problems : []));
  const sites = built.flatMap((result) => (result.kind === 'steps' ? [result.steps] : []));
  const sql = scriptsFor(input).map((script, index) => sqlStep(script, environment, index + 1));
  const config = input.content.config.map((change, index) =>
    configSteps(change, environment, index + 1),
  );
  const steps: readonly PlanStep[] = [
    ...sql,
    ...config.map(({ apply }) => apply),
    ...sites.map(({ code }) => code),
    ...sites.map(({ verify }) => verify),
    ...sites.map(({ rollback }) => rollback),
    ...config.map(({ restore }) => restore),
  ];
  if (isEmpty(input.content)) problems.push({ why: 'nothing-to-do' });
  if (problems.length > 0) return { kind: 'impossible', problems };
  const { issueId, policyVersion } = input;
  return { kind: 'plan', plan: { format: 1, issueId, environment, policyVersion, steps } };
}

/** What the steps over the same things share: `1` of `code-1`, `verify-1` and `rollback-1`; `sql-1` stands alone. */
export function sharedPart(stepId: string): string {
  const [, serial] = /^(?:code|verify|rollback)-(\d+)$/.exec(stepId) ?? [];
  return serial ?? stepId;
}

/** The text that is stored, fetched and hashed; the plan's digest is its SHA-256. */
export const planText = (plan: Plan): string => canonicalText(plan);

/** The digest that approvals bind. */
export const planDigest = (plan: Plan, sha256: Sha256): string => sha256(planText(plan));

/** What is left to run: scripts for this environment that have not run there as they stand. */
export const scriptsFor = ({
  content,
  environment,
  executed,
}: Pick<PlanInput, 'content' | 'environment' | 'executed'>): readonly SqlScript[] =>
  content.sql.filter(
    (script) => runsIn(script, environment) && !executed.includes(executedMark(script)),
  );

/** How a script that has run is remembered: the same text in another database is another. */
export const executedMark = ({ database, text }: Pick<SqlScript, 'database' | 'text'>): string =>
  `${database} ${text.sha256}`;

function sqlStep(script: SqlScript, environment: string, serial: number): SqlStep {
  const { id, name, database, text, undo } = script;
  const scope = databaseScope(database, environment);
  const step = { id: `sql-${String(serial)}`, stage: 'SQL', script: id, name } as const;
  return { ...step, database, scope, text, ...(undo && { undo }) };
}

interface ConfigSteps {
  readonly apply: ConfigStep;
  readonly restore: RestoreStep;
}

function configSteps(change: ConfigChange, environment: string, serial: number): ConfigSteps {
  const { id, centre, application, namespace, changes, keys, byHand } = change;
  const scope = namespaceScope(centre, application, namespace, environment);
  const place = { change: id, centre, application, namespace, scope, byHand };
  return {
    apply: { ...place, id: `config-${String(serial)}`, stage: 'CONFIG', changes, keys },
    restore: { ...place, id: `restore-${String(serial)}`, stage: 'RESTORE' },
  };
}

interface SiteSteps {
  readonly code: CodeStep;
  readonly verify: VerifyStep;
  readonly rollback: RollbackStep;
}

type SiteStepsOf =
  | { readonly kind: 'steps'; readonly steps: SiteSteps }
  | { readonly kind: 'impossible'; readonly problems: readonly PlanProblem[] };

function siteSteps(input: PlanInput, change: CodeChange, serial: number): SiteStepsOf {
  const { environment } = input;
  const site = input.sites.find((candidate) => candidate.id === change.site);
  if (!site) return impossible({ why: 'site-unknown', site: change.site });
  const place = placeOf(site, environment);
  if (!place) return impossible({ why: 'site-not-in-environment', site: site.id, environment });
  if (place.hosts.length === 0) return impossible({ why: 'no-hosts', site: site.id, environment });

  const { version, artifactSha256 } = change;
  const common = {
    site: site.id,
    scope: siteScope(input.project, site.id, environment),
    version,
    basePath: place.basePath,
    service: serviceOf(place),
    hosts: place.hosts,
  };
  const batches = batchesOf(place.hosts, change.batchSize ?? place.hosts.length);
  const file = `${site.packageName}-${version}.tar.gz`;
  const start = place.startScript === undefined ? {} : { startScript: place.startScript };
  const code: CodeStep = {
    ...common,
    id: `code-${String(serial)}`,
    stage: 'CODE',
    appType: site.appType,
    artifact: { store: site.store, file, sha256: artifactSha256 },
    ...start,
    batches,
  };
  const verify: VerifyStep = {
    ...common,
    id: `verify-${String(serial)}`,
    stage: 'VERIFY',
    artifactSha256,
  };
  const rollback: RollbackStep = {
    ...common,
    id: `rollback-${String(serial)}`,
    stage: 'ROLLBACK',
    artifactSha256,
    ...start,
    batches,
  };
  return { kind: 'steps', steps: { code, verify, rollback } };
}

const impossible = (problem: PlanProblem): SiteStepsOf => ({
  kind: 'impossible',
  problems: [problem],
});

const serviceOf = (place: SiteEnvironment): ServiceCheck => ({
  port: place.servicePort,
  healthPath: place.healthPath,
  ...(place.versionPath === undefined ? {} : { versionPath: place.versionPath }),
});

/** The gatekeeper alone, then the others batch by batch: a broken release never reaches the second host. */
function batchesOf(hosts: readonly Host[], size: number): readonly (readonly string[])[] {
  const [gatekeeper, ...others] = hosts.map((host) => host.id);
  if (gatekeeper === undefined) return [];
  const count = Math.ceil(others.length / size);
  const batches = Array.from({ length: count }, (_, index) =>
    others.slice(index * size, (index + 1) * size),
  );
  return [[gatekeeper], ...batches];
}
