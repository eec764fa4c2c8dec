/** A site and a policy as a project admin writes them and as they are stored. */
import { z } from 'zod';
import type { Policy } from '#core/policy';
import type { Site } from '#core/site';

/** What a name of a site, a version or an environment may be, for people. */
export const NAME_GRAMMAR =
  'must be 1 to 64 letters, digits, dots, dashes or underscores, and begin with a letter or digit';

const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, { message: NAME_GRAMMAR });
const account = z.string().min(1).max(200);
const port = z.int().min(1).max(65_535);
const urlPath = z
  .string()
  .regex(/^\/(?!\/)[A-Za-z0-9._~/-]*$/, { message: 'must be a path such as /healthz' })
  .max(200);

/** A file in a package. */
const packagePath = z
  .string()
  .regex(/^[A-Za-z0-9._][A-Za-z0-9._-]*(\/[A-Za-z0-9._-]+)*$/, {
    message: 'must be a path below the package such as bin/start',
  })
  .max(200)
  .refine((path) => !/(^|\/)\.\.?(\/|$)/.test(path), { message: 'must not contain . or ..' });

/** Hosts in one environment of a site: the size we design for. */
export const SITE_HOSTS_MAX = 10_000;

const HostSchema = z.strictObject({
  id: name,
  name: z.string().min(1).max(200),
  address: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.:-]{0,252}$/, {
    message: 'must be an IP address or a host name',
  }),
  sshPort: port,
  room: z.string().max(100),
});

const SiteEnvironmentSchema = z.strictObject({
  hosts: z
    .array(HostSchema)
    .max(SITE_HOSTS_MAX)
    .refine((hosts) => new Set(hosts.map((host) => host.id)).size === hosts.length, {
      message: 'names one host id twice',
    }),
  basePath: z
    .string()
    .regex(/^(\/[A-Za-z0-9._-]+)+$/, {
      message: 'must be an absolute path of plain names such as /srv/shop',
    })
    .max(200)
    .refine((path) => !/\/\.\.?(\/|$)/.test(path), { message: 'must not contain . or ..' }),
  servicePort: port,
  healthPath: urlPath,
  versionPath: urlPath.exactOptional(),
  startScript: packagePath.exactOptional(),
  balancerBackend: name.exactOptional(),
});

export const SiteSchema: z.ZodType<Site> = z.strictObject({
  id: name,
  name: z.string().min(1).max(200),
  appType: z.literal('generic'),
  packageName: name,
  store: name,
  group: name.exactOptional(),
  repository: z
    .url({
      protocol: /^(https?|ssh|git)$/,
      message: 'must be an address such as https://git.example/shop',
    })
    .max(300)
    .exactOptional(),
  leader: account,
  backup: account.exactOptional(),
  environments: z.record(name, SiteEnvironmentSchema),
});

/** An approval that the policy of an environment asks for. */
export const ApprovalStepSchema = z
  .strictObject({
    label: z.string().min(1).max(80),
    count: z.int().min(1).max(20),
    from: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('leaders') }),
      z.strictObject({ kind: z.literal('accounts'), accountIds: z.array(account).min(1).max(100) }),
      z.strictObject({ kind: z.literal('group'), groupId: z.string().min(1).max(200) }),
    ]),
  })
  .refine(({ count, from }) => from.kind !== 'accounts' || count <= from.accountIds.length, {
    message: 'asks for more approvals than it names people; lower the count or name more',
  });

/** Approvals count by the label of their step, and releases stand in environments by their name. */
const areDistinct = (names: readonly string[]): boolean => new Set(names).size === names.length;

export const GroupName = name;

/** What belongs to two groups would be served by none. */
const GroupsSchema = z
  .array(
    z.strictObject({
      id: name,
      databases: z.array(name).max(100).default([]),
      centres: z.array(name).max(100).default([]),
    }),
  )
  .max(50)
  .refine((groups) => areDistinct(groups.map(({ id }) => id)), {
    message: 'names one group twice; name each once',
  })
  .refine((groups) => areDistinct(groups.flatMap(({ databases }) => databases)), {
    message: 'gives one database to two groups; give it to one',
  })
  .refine((groups) => areDistinct(groups.flatMap(({ centres }) => centres)), {
    message: 'gives one configuration centre to two groups; give it to one',
  });

export const PolicySchema: z.ZodType<Policy> = z.strictObject({
  version: z.int().min(1),
  environments: z
    .array(
      z.strictObject({
        id: name,
        approvals: z
          .array(ApprovalStepSchema)
          .max(20)
          .refine((steps) => areDistinct(steps.map(({ label }) => label)), {
            message: 'names two approvals alike; give each a label of its own',
          }),
        starters: z.enum(['leaders', 'testers']),
      }),
    )
    .min(1)
    .max(20)
    .refine((environments) => areDistinct(environments.map(({ id }) => id)), {
      message: 'names one environment twice; name each once',
    }),
  testers: z.array(account).max(100),
  dbas: z.array(account).max(100).default([]),
  operators: z.array(account).max(100).default([]),
  groups: GroupsSchema.exactOptional(),
});
