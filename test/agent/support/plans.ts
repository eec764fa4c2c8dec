/** Builders: plans as the app makes them. */
import type { ConfigChange } from '#core/content';
import { buildPlan, planText } from '#core/plan';
import type { Plan } from '#core/plan';
import { sha256Hex } from '../../../agent/keys';

export const OLD = { digest: 'a'.repeat(64), version: '1.0.0' };
export const NEW = { digest: 'b'.repeat(64), version: '1.1.0' };

export interface PlanMore {
  /** How many hosts follow the gatekeeper at a time; absent: all. */
  readonly batchSize?: number;
  readonly version?: string;
  readonly artifactSha256?: string;
  readonly config?: readonly ConfigChange[];
  readonly startScript?: string;
}

/** A plan for the shop in SIT; its first host is the gatekeeper. */
export function aPlan(
  hostNames: readonly string[] = ['web-1', 'web-2', 'web-3'],
  { config = [], startScript, ...more }: PlanMore = {},
): Plan {
  const planned = buildPlan({
    issueId: '10001',
    project: '10000',
    environment: 'SIT',
    policyVersion: 1,
    executed: [],
    content: {
      kind: 'Minor',
      sql: [],
      config,
      code: [{ site: 'shop', version: NEW.version, artifactSha256: NEW.digest, ...more }],
    },
    sites: [
      {
        id: 'shop',
        name: 'Shop',
        appType: 'generic',
        packageName: 'shop',
        store: 'packages',
        leader: 'leader',
        environments: {
          SIT: {
            hosts: hostNames.map((name, index) => ({
              id: name,
              name,
              address: `10.0.0.${index + 1}`,
              sshPort: 22,
              room: 'A',
            })),
            basePath: '/srv/shop',
            servicePort: 8080,
            healthPath: '/healthz',
            versionPath: '/version',
            ...(startScript !== undefined && { startScript }),
          },
        },
      },
    ],
  });
  if (planned.kind !== 'plan') throw new Error(JSON.stringify(planned.problems));
  return planned.plan;
}

export interface PlanPlace {
  readonly address: string;
  readonly sshPort: number;
  readonly basePath: string;
  readonly port: number;
  readonly version: string;
  readonly sha256: string;
}

/** A plan that puts a real package onto one real host. */
export function aPlanFor(place: PlanPlace): Plan {
  const [code, verify] = structuredClone(aPlan(['web-1'])).steps;
  if (code?.stage !== 'CODE' || verify?.stage !== 'VERIFY') throw new Error('no steps');
  const { address, sshPort, basePath, port, version, sha256 } = place;
  const common = {
    basePath,
    version,
    service: { ...code.service, port },
    hosts: code.hosts.map((host) => ({ ...host, address, sshPort })),
  };
  const artifact = { store: 'packages', file: `shop-${version}.tar.gz`, sha256 };
  return {
    ...aPlan(['web-1']),
    steps: [
      { ...code, ...common, artifact },
      { ...verify, ...common, artifactSha256: sha256 },
    ],
  };
}

/** A plan's text and the digest that decisions name. */
export const textOf = (plan: Plan): { readonly text: string; readonly digest: string } => {
  const text = planText(plan);
  return { text, digest: sha256Hex(text) };
};
