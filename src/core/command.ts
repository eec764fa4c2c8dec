/** Every way in becomes one of these. */
import type { JobAttendance } from './attendance';
import type { Content } from './content';
import type { Person } from './facts';
import type { Failure } from './failure';
import type { RunStage } from './plan-step';
import type { UnknownAnswer } from './release-event';
import type { PersonAction } from './transitions';

/** A click on a transition. `person` is null where Jira does not say who: then only the facts are judged. */
export interface ClickCommand {
  readonly type: 'click';
  readonly action: PersonAction;
  readonly person: Person | null;
  readonly reason: string | null;
}

/** What a person saw when they answered. */
export interface AnsweredWork {
  readonly job: string;
  /** Its agent had put a question; otherwise they answer because no agent is at work. */
  readonly isAsked: boolean;
}

export type Command =
  | ClickCommand
  | { readonly type: 'edit-content'; readonly person: Person; readonly content: Content }
  /** A DBA judges a script; `mark` names what they saw. */
  | {
      readonly type: 'review-script';
      readonly person: Person;
      readonly script: string;
      readonly mark: string;
      readonly verdict: 'approved' | 'rejected';
      readonly reason: string;
    }
  /** The world may have changed: bind the plan anew and move on by rule. */
  | { readonly type: 'recheck' }
  /** Its issue is no release of the project any more. */
  | { readonly type: 'issue-gone' }
  /** A person says what became of work whose outcome nobody knows. */
  | {
      readonly type: 'answer';
      readonly person: Person;
      readonly answer: UnknownAnswer;
      /** Null where the page is of a day on which it did not say so. */
      readonly about: AnsweredWork | null;
      /** Null where the job has ended, with or without a question. */
      readonly job: JobAttendance | null;
    }
  | {
      readonly type: 'finish-stage';
      readonly stage: RunStage;
      readonly job: string;
      readonly outcome: StageOutcome;
    };

export type StageOutcome =
  | { readonly kind: 'succeeded' }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'unknown'; readonly question: string; readonly isStatement?: true };
