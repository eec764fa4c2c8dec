/** A project admin describes sites and policies. */
import { strangeEnvironment } from '#core/policy';
import type { Policy } from '#core/policy';
import type { Site } from '#core/site';
import { siteClash } from '#core/site-clash';
import type { Outcome, SettingsView } from '#wire/page';
import { askForRefresh } from './ask-refresh';
import { listAgents } from './manage-agents';
import { refused } from './outcome';
import type { Ports } from './ports';
import { siteKey } from './site-key';
import { loadSettings } from './world';

/** Everything the settings page shows, in one answer. */
export async function showSettings(ports: Ports, project: string): Promise<SettingsView> {
  const settings = await loadSettings(ports.store, project);
  return {
    project,
    workflowInstalled: settings.workflow !== null,
    policy: settings.policy,
    sites: await listSites(ports, project),
    agents: await listAgents(ports, project),
    agentUrl: await ports.triggers.agentUrl(),
  };
}

/** The project's sites, the last changed first. */
async function listSites({ store }: Ports, project: string): Promise<readonly Site[]> {
  const page = await store.list('site', {
    index: 'by-project',
    partition: [project],
    order: 'descending',
    limit: 90,
  });
  return page.rows.map(({ record }) => record.site);
}

/** Adds a site or replaces it. */
export async function putSite(
  ports: Ports,
  input: { readonly project: string; readonly site: Site },
): Promise<Outcome> {
  const { store, clock } = ports;
  const bytes = new TextEncoder().encode(JSON.stringify(input.site)).length;
  if (bytes > SITE_MAX_BYTES) return refused(tooLarge(input.site, bytes));
  const clash = siteClash(input.site, await listSites(ports, input.project));
  if (clash !== undefined) return refused(clash);
  const key = siteKey(input.project, input.site.id);
  const known = await store.get('site', key);
  const { policy } = await loadSettings(store, input.project);
  // What has left the policy since may stay: else nobody could change such a site.
  const added = Object.keys(input.site.environments).filter(
    (environment) => !Object.hasOwn(known?.site.environments ?? {}, environment),
  );
  const strange = strangeEnvironment(policy, added);
  if (strange !== undefined)
    return refused(
      `The site ${input.site.id} has hosts for ${strange}; add it to the policy first, or take it out here.`,
    );
  const record = {
    version: (known?.version ?? 0) + 1,
    project: input.project,
    updatedAt: clock.now(),
    site: input.site,
  };
  const written = known
    ? await store.transact([{ type: 'set', entity: 'site', key, record, expect: known.version }])
    : await store.create('site', key, record);
  if (written === 'conflict' || written === 'exists')
    return refused(changedMeanwhile(`Site ${input.site.id}`));
  return settled(ports, input.project);
}

async function settled(ports: Ports, project: string): Promise<Outcome> {
  await askForRefresh(ports, project);
  return { kind: 'done' };
}

/** Largest description of a site, below the 240 KiB of one stored value: some 2,000 hosts over all environments. */
const SITE_MAX_BYTES = 200 * 1024;

const tooLarge = ({ id }: Site, bytes: number): string =>
  `The description of site ${id} has ${String(Math.ceil(bytes / 1024))} KB and may have 200 KB; ` +
  'take hosts out, or describe them as a second site.';

/** Replaces the policy; its version counts up, so that plans made under the old one are known. */
export async function putPolicy(
  ports: Ports,
  input: { readonly project: string; readonly policy: Policy },
): Promise<Outcome> {
  const { store, clock } = ports;
  const settings = await loadSettings(store, input.project);
  if (settings.version === 0) await store.create('policy', input.project, settings);
  const policy = { ...input.policy, version: settings.policy.version + 1 };
  const record = { ...settings, version: settings.version + 1, updatedAt: clock.now(), policy };
  const result = await store.transact([
    { type: 'set', entity: 'policy', key: input.project, record, expect: settings.version },
  ]);
  return result === 'done'
    ? settled(ports, input.project)
    : refused(changedMeanwhile('The policy'));
}

const changedMeanwhile = (what: string): string =>
  `${what} was changed by somebody else at the same moment; reload the page and try again.`;
