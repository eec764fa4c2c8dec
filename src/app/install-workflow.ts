/** Installs the release workflow in a project: issue type, statuses, transitions with our rules. */
import { isNamed, STATUS_ORDER } from '#core/status';
import type { Status } from '#core/status';
import { workflowTemplate } from '#core/workflow-template';
import type { Outcome } from '#wire/page';
import type { InstalledWorkflow } from '#wire/records';
import { ATTEMPTS_MAX, TooMuchContention } from './errors';
import { InstallerError } from './installer-port';
import type { CreatedWorkflow, Installer } from './installer-port';
import { refused } from './outcome';
import type { Ports } from './ports';
import { loadSettings } from './world';

const RELEASE_ISSUE_TYPE = 'Release';

/** Once per project: a project that has the workflow is left as it is. */
export async function installWorkflow(
  ports: Ports,
  installer: Installer,
  project: string,
): Promise<Outcome> {
  const settings = await loadSettings(ports.store, project);
  if (settings.workflow)
    return refused(`The release workflow is installed in ${project} already; nothing was changed.`);
  try {
    const workflow = await install(installer, project);
    return await remember(ports, project, workflow);
  } catch (error) {
    if (!(error instanceof InstallerError)) throw error;
    return refused(
      `The workflow could not be installed in ${project}. ${error.message} Have a Jira admin try again.`,
    );
  }
}

async function install(installer: Installer, project: string): Promise<InstalledWorkflow> {
  const template = workflowTemplate();
  const name = `Interlock releases (${project})`;
  const issueTypeId = await installer.provideIssueType(project, RELEASE_ISSUE_TYPE);
  const reasonField = await installer.provideReasonField();
  const reasonScreen = await installer.provideReasonScreen(reasonField);
  const created = await installer.createWorkflow({ name, template, reasonField, reasonScreen });
  const statuses = statusMap(created);
  await installer.useWorkflow(project, name, issueTypeId);
  return {
    workflowId: created.id,
    issueTypeId,
    reasonField,
    statuses,
    transitions: Object.fromEntries(template.transitions.map(({ action, id }) => [action, id])),
  };
}

function statusMap(created: CreatedWorkflow): Record<string, Status> {
  const known = Object.entries(created.statusIds).flatMap(([name, id]) => {
    const status = STATUS_ORDER.find((candidate) => isNamed(candidate, name));
    return status ? [[id, status] as const] : [];
  });
  const found = new Set(known.map(([, status]) => status));
  const lost = workflowTemplate().statuses.find(({ status }) => !found.has(status));
  if (lost) throw new InstallerError('Creating the workflow', `Jira made no status ${lost.name}.`);
  return Object.fromEntries(known);
}

/** What stands in Jira must be remembered: a second installation would find it in its way. */
async function remember(
  { store, clock }: Ports,
  project: string,
  workflow: InstalledWorkflow,
): Promise<Outcome> {
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    const settings = await loadSettings(store, project);
    if (settings.version === 0) await store.create('policy', project, settings);
    const record = {
      ...settings,
      version: settings.version + 1,
      updatedAt: clock.now(),
      installed: 'yes' as const,
      workflow,
    };
    const result = await store.transact([
      { type: 'set', entity: 'policy', key: project, record, expect: settings.version },
    ]);
    if (result === 'done') return { kind: 'done' };
  }
  throw new TooMuchContention(`The settings of project ${project}`);
}
