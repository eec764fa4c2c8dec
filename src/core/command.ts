/** Every way in becomes one of these. */
import type { Content } from './content';
import type { Person } from './facts';
import type { Failure } from './failure';
import type { RunStage } from './release';
import type { PersonAction } from './transitions';

/** A click on a transition. `person` is null where Jira does not say who: then only the facts are judged. */
export interface ClickCommand {
  readonly type: 'click';
  readonly action: PersonAction;
  readonly person: Person | null;
  readonly reason: string | null;
}

export type Command =
  | ClickCommand
  | { readonly type: 'edit-content'; readonly person: Person; readonly content: Content }
  /** The world may have changed: bind the plan anew and move on by rule. */
  | { readonly type: 'recheck' }
  | {
      readonly type: 'finish-stage';
      readonly stage: RunStage;
      readonly job: string;
      readonly outcome: StageOutcome;
    };

export type StageOutcome =
  | { readonly kind: 'succeeded' }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'unknown'; readonly question: string };
