/** What agent.yml allows: Jira names hosts, paths and ports, the file bounds them. */
import ipaddr from 'ipaddr.js';
import type { Failure } from '#core/failure';
import type { HostStep } from '#core/plan-step';
import type { Host } from '#core/site';
import type { HostRule, StoreRule } from './config';
import type { HostTarget } from './ports/hosts';

export interface Bounds {
  /** Named in refusals. */
  readonly file: string;
  readonly hosts: readonly HostRule[];
  readonly stores: readonly StoreRule[];
}

export type Bounded =
  | { readonly kind: 'allowed'; readonly targets: readonly HostTarget[] }
  | { readonly kind: 'refused'; readonly failure: Failure };

/** The hosts of a step with the rules that allow them, or the first thing that no rule allows. */
export function boundStep(step: HostStep, environment: string, bounds: Bounds): Bounded {
  const targets: HostTarget[] = [];
  for (const host of step.hosts) {
    const rule = bounds.hosts.find((candidate) => reaches(candidate, host, environment));
    if (!rule) return refuse(unreached(host, environment, bounds.file));
    const problem = outside(rule, step, bounds.file);
    if (problem !== undefined) return refuse(problem);
    targets.push({ host, rule });
  }
  return { kind: 'allowed', targets };
}

/** The rule that reaches a host, whatever is to be done there. */
export const ruleFor = (
  address: string,
  sshPort: number,
  rules: readonly HostRule[],
): HostRule | undefined =>
  rules.find((rule) => matchesAddress(rule, address) && matchesPort(rule, sshPort));

/** The store of an id in an environment, as far as agent.yml has one. */
export const storeFor = (
  id: string,
  environment: string,
  stores: readonly StoreRule[],
): StoreRule | undefined =>
  stores.find((store) => store.id === id && (store.environments?.includes(environment) ?? true));

function reaches(rule: HostRule, host: Host, environment: string): boolean {
  return (
    rule.environments.includes(environment) &&
    matchesAddress(rule, host.address) &&
    matchesPort(rule, host.sshPort)
  );
}

const matchesPort = (rule: HostRule, sshPort: number): boolean =>
  rule.transport === 'local' || rule.ports.includes(sshPort);

function matchesAddress({ match }: HostRule, address: string): boolean {
  const patterns = typeof match === 'string' ? [match] : match;
  return patterns.some((pattern) =>
    ipaddr.isValidCIDR(pattern)
      ? isInside(address, pattern)
      : pattern.toLowerCase() === address.toLowerCase(),
  );
}

/** A name is inside no range: it is allowed by name. */
function isInside(address: string, range: string): boolean {
  if (!isPlainAddress(address)) return false;
  const [base, bits] = ipaddr.parseCIDR(range);
  const parsed = ipaddr.process(address);
  return parsed.kind() === base.kind() && parsed.match(base, bits);
}

/** Octal, hexadecimal and short spellings of IPv4 are no addresses here: programs read them differently. */
const isPlainAddress = (text: string): boolean =>
  ipaddr.IPv4.isValidFourPartDecimal(text) || ipaddr.IPv6.isValid(text);

function outside(rule: HostRule, step: HostStep, file: string): string | undefined {
  const below = rule.basePath === '/' ? '/' : `${rule.basePath}/`;
  if (step.basePath !== rule.basePath && !step.basePath.startsWith(below)) {
    return `The site ${step.site} lives in ${step.basePath}, and ${file} allows ${rule.basePath} on its hosts; correct the site's base path or the file.`;
  }
  if (!allowsProbe(rule, step.service.port)) {
    return `The site ${step.site} answers on port ${step.service.port}, and ${file} does not allow health checks there; correct the site's port or add it to probePorts.`;
  }
  return undefined;
}

/** Whether a health check may ask this port. */
export const allowsProbe = (rule: HostRule, port: number): boolean =>
  rule.probePorts.some((allowed) => {
    if (typeof allowed === 'number') return allowed === port;
    const [from = 0, to = 0] = allowed.split('-').map(Number);
    return from <= port && port <= to;
  });

const unreached = (host: Host, environment: string, file: string): string =>
  `No entry of ${file} allows ${host.address} port ${host.sshPort} in ${environment} (host ${host.name}); add one there, or correct the host in the site's settings.`;

const refuse = (sentence: string): Bounded => ({
  kind: 'refused',
  failure: { class: 'permission', sentence },
});
