/** Jira's administration as the installer needs it, performed as the person who clicks. */
import type { WorkflowTemplate } from '#core/workflow-template';
import type { InstalledWorkflow } from '#wire/records';

/** Throws `InstallerError` with Jira's words when Jira refuses: the person must be a Jira admin. */
export interface Installer {
  /** The issue type's id: found by name or created, and offered in the project. */
  provideIssueType(project: string, name: string): Promise<string>;
  /** The id of the text field that asks for a reason: found by name or created. */
  provideReasonField(): Promise<string>;
  /** The id of a screen with the reason field: found by name or created. */
  provideReasonScreen(reasonField: string): Promise<string>;
  /** Shows the environment and the reason on the project's releases. */
  showFields(project: string, issueTypeId: string, reasonField: string): Promise<void>;
  /** Sees to it that the project's permission scheme grants the app's permissions: in a copy of its own. */
  providePermissions(project: string): Promise<void>;
  /** Creates the workflow with the app's rules on every transition. */
  createWorkflow(workflow: WorkflowToCreate): Promise<CreatedWorkflow>;
  /** Makes the project's issues of this type follow the workflow. */
  useWorkflow(project: string, workflowName: string, issueTypeId: string): Promise<void>;
  /** Shows the panel on every issue of the project. */
  pinPanel(project: string): Promise<void>;
  /** What of an installed workflow is not as it was made, in a sentence; null when nothing is. */
  workflowDrift(
    project: string,
    installed: InstalledWorkflow,
    wanted: WorkflowToCreate,
  ): Promise<string | null>;
}

export interface WorkflowToCreate {
  readonly name: string;
  readonly template: WorkflowTemplate;
  readonly reasonField: string;
  readonly reasonScreen: string;
}

export interface CreatedWorkflow {
  readonly id: string;
  /** Name → Jira's id. */
  readonly statusIds: Readonly<Record<string, string>>;
}

/** Jira did not do what the installation needs; the message is Jira's. */
export class InstallerError extends Error {
  constructor(step: string, words: string, options?: ErrorOptions) {
    super(`${step}: ${words}`, options);
    this.name = 'InstallerError';
  }
}
