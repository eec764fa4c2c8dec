/** A release as it stands: what people wrote, said and started, and what came of it. */
import type { Content } from './content';
import type { Failure } from './failure';
import type { RunStage } from './plan-step';
import type { ApprovalStep } from './policy';
import type { ScriptReview } from './scripts';
import type { Status } from './status';

export interface Approval {
  readonly accountId: string;
  /** The label of the policy's step that it counts for. */
  readonly step: string;
  /** The plan that was approved; another plan makes the approval stale. */
  readonly planDigest: string;
}

/** What an environment last executed. */
export interface Deployment {
  /** SHA-256 over the product's packages: promotion moves the same bytes. */
  readonly productDigest: string;
  readonly planDigest: string;
  readonly attempt: number;
  /** Epoch seconds. */
  readonly at: number;
}

/** What the policy asked when the release was started: a later policy does not touch a release under way. */
export interface Terms {
  readonly policyVersion: number;
  readonly approvals: readonly ApprovalStep[];
}

/** The work that is under way at an agent. */
export interface Run {
  readonly stage: RunStage;
  readonly job: string;
}

export interface Release {
  readonly issueId: string;
  readonly project: string;
  readonly reporter: string;
  readonly status: Status;
  readonly environment: string | null;
  /** Counts the starts of the release, from 1; 0 before the first. */
  readonly attempt: number;
  readonly content: Content | null;
  /** Whoever changed the content: with the reporter, its implementers. */
  readonly editors: readonly string[];
  readonly planDigest: string | null;
  readonly approvals: readonly Approval[];
  /** What DBAs have said about the scripts of the content, the latest word on each. */
  readonly reviews: readonly ScriptReview[];
  /** Environment → marks of the scripts that have run there. */
  readonly executed: Readonly<Record<string, readonly string[]>>;
  /** Environments in which an agent was given scripts to run, whatever came of it. */
  readonly sqlOffered: readonly string[];
  /** The agent's part of the configuration is done; the rest is applied by a person. */
  readonly handworkLeft: boolean;
  /** Null until a start, and again once the release leaves its environment. */
  readonly terms: Terms | null;
  readonly run: Run | null;
  readonly failure: (Failure & { readonly stage: RunStage }) | null;
  /** What is not known about the run, as a question for a person. */
  readonly question: string | null;
  /** The question is about one statement, behind which a new job can go on. */
  readonly asksStatement: boolean;
  /** Jobs that asked about a statement which a person then called done. */
  readonly doneStatements: readonly string[];
  /** Jobs that asked about a statement and were answered, whatever the answer was. */
  readonly answeredStatements: readonly string[];
  readonly deployments: Readonly<Record<string, Deployment>>;
}
