import type { JiraParts } from '../service';
import type { IssueWrites } from './issue-writes';

/** What every part of this Jira works with. */
export interface Desk extends JiraParts {
  readonly writes: IssueWrites;
}

/** Somebody that Jira knows; `throughApp` when the app acts on a person's behalf. */
export type Person =
  | { readonly kind: 'app'; readonly accountId: string }
  | { readonly kind: 'user'; readonly accountId: string; readonly throughApp: boolean };
