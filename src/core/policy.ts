/** What a project has decided about its environments: their order, who approves, who starts. */

/** One approval that must be given; steps are met in their order. */
export interface ApprovalStep {
  /** Shown to people, e.g. `Leader`. */
  readonly label: string;
  /** How many different people of `from` must approve. */
  readonly count: number;
  readonly from:
    | { readonly kind: 'leaders' }
    | { readonly kind: 'accounts'; readonly accountIds: readonly string[] }
    | { readonly kind: 'group'; readonly groupId: string };
}

export interface EnvironmentPolicy {
  /** `SIT`, `UAT`, `STAGE`, `PROD`, or what the project calls it. */
  readonly id: string;
  readonly approvals: readonly ApprovalStep[];
  /** Who may click Start: the sites' leaders, or the testers of the policy as well. */
  readonly starters: 'leaders' | 'testers';
}

/** Databases and configuration centres that only the group's agents reach; what no group names goes along with its release. */
export interface PolicyGroup {
  readonly id: string;
  /** Logical ids, as scripts and agents' files name them. */
  readonly databases: readonly string[];
  readonly centres: readonly string[];
}

export interface Policy {
  readonly version: number;
  /** In the order of promotion. */
  readonly environments: readonly EnvironmentPolicy[];
  /** Account ids of the people who test and may start where a policy says `testers`. */
  readonly testers: readonly string[];
  /** Account ids of the people who review SQL scripts, and may run them. */
  readonly dbas: readonly string[];
  /** Account ids of operations: they may run reviewed SQL, apply configuration by hand, and lead what has no site. */
  readonly operators: readonly string[];
  /** Absent: no database and no centre belongs to a group. */
  readonly groups?: readonly PolicyGroup[];
}

/** The policy that a project starts with: leader for STAGE; PROD wants product and quality as well once their groups are set. */
export const DEFAULT_POLICY: Policy = {
  version: 1,
  environments: [
    { id: 'SIT', approvals: [], starters: 'testers' },
    { id: 'UAT', approvals: [], starters: 'testers' },
    {
      id: 'STAGE',
      approvals: [{ label: 'Leader', count: 1, from: { kind: 'leaders' } }],
      starters: 'leaders',
    },
    {
      id: 'PROD',
      approvals: [{ label: 'Leader', count: 1, from: { kind: 'leaders' } }],
      starters: 'leaders',
    },
  ],
  testers: [],
  dbas: [],
  operators: [],
};

/** The policy of one environment; undefined for an environment that the project does not have. */
export const environmentOf = (policy: Policy, id: string): EnvironmentPolicy | undefined =>
  policy.environments.find((environment) => environment.id === id);

/** The environment that a release enters first. */
export const firstEnvironment = (policy: Policy): string | undefined => policy.environments[0]?.id;

/** The environment after this one; undefined after the last. */
export function nextEnvironment(policy: Policy, id: string): string | undefined {
  const index = policy.environments.findIndex((environment) => environment.id === id);
  return index < 0 ? undefined : policy.environments[index + 1]?.id;
}

/** `TEST, which is no environment of the project’s policy (SIT, UAT)`: the first of the names that nobody has. */
export function strangeEnvironment(policy: Policy, names: readonly string[]): string | undefined {
  const strange = names.find((name) => environmentOf(policy, name) === undefined);
  if (strange === undefined) return undefined;
  const known = policy.environments.map(({ id }) => id).join(', ');
  return `${strange}, which is no environment of the project’s policy (${known})`;
}
