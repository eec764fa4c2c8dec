/** Installs the release workflow in a project: issue type, statuses, transitions with our rules. */
import { isNamed, STATUS_ORDER } from '#core/status';
import type { Status } from '#core/status';
import { workflowTemplate } from '#core/workflow-template';
import type { Outcome } from '#wire/page';
import type { InstalledWorkflow } from '#wire/records';
import { ATTEMPTS_MAX, TooMuchContention } from './errors';
import { InstallerError } from './installer-port';
import type { CreatedWorkflow, Installer, WorkflowToCreate } from './installer-port';
import { refused } from './outcome';
import type { Ports } from './ports';
import { loadSettings } from './world';

const RELEASE_ISSUE_TYPE = 'Release';

/**
 * Makes what is missing and leaves what is there: after a failure in the middle it goes on, and a project that has
 * the workflow gets the parts around it that it lacks, and hears what has become of the workflow.
 */
export async function installWorkflow(
  ports: Ports,
  installer: Installer,
  project: string,
): Promise<Outcome> {
  const { workflow } = await loadSettings(ports.store, project);
  let isInstalled = workflow !== null;
  try {
    const wanted = await provideParts(installer, project);
    if (!workflow) await remember(ports, project, await install(installer, project, wanted));
    isInstalled = true;
    // Last: releases live without it, on an issue where somebody adds the panel by hand.
    await installer.pinPanel(project);
    const drift = workflow && (await installer.workflowDrift(project, workflow, wanted));
    return drift
      ? refused(`The release workflow of ${project} is not as Interlock made it. ${drift}`)
      : { kind: 'done' };
  } catch (error) {
    if (!(error instanceof InstallerError)) throw error;
    return refused(
      isInstalled
        ? `Releases can live in ${project}, but the installation lacks a part. ${error.message} Have a Jira admin install again.`
        : `The workflow could not be installed in ${project}. ${error.message} Have a Jira admin try again.`,
    );
  }
}

interface Wanted extends WorkflowToCreate {
  readonly issueTypeId: string;
}

/** What stands around the workflow. */
async function provideParts(installer: Installer, project: string): Promise<Wanted> {
  const issueTypeId = await installer.provideIssueType(project, RELEASE_ISSUE_TYPE);
  const reasonField = await installer.provideReasonField();
  const reasonScreen = await installer.provideReasonScreen(reasonField);
  await installer.showFields(project, issueTypeId, reasonField);
  await installer.providePermissions(project);
  const name = `Interlock releases (${project})`;
  return { issueTypeId, name, template: workflowTemplate(), reasonField, reasonScreen };
}

async function install(
  installer: Installer,
  project: string,
  { issueTypeId, ...wanted }: Wanted,
): Promise<InstalledWorkflow> {
  const { name, template, reasonField } = wanted;
  const created = await installer.createWorkflow(wanted);
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
): Promise<void> {
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
    if (result === 'done') return;
  }
  throw new TooMuchContention(`The settings of project ${project}`);
}
