/** What people at their issues have around them. */
import type { ReleaseRecord } from '#wire/records';
import type { FakeHost } from './fake-host';
import type { FakeJira } from './fake-jira';
import type { FakeStore } from './fake-store';
import type { Functions } from './functions';
import type { JiraEvents } from './jira-events';
import type { Sim } from './sim';

export interface Town {
  readonly sim: Sim;
  readonly store: FakeStore;
  readonly functions: Functions;
  readonly jira: FakeJira;
  readonly events: JiraEvents;
  readonly hosts: readonly FakeHost[];
  /** Whether every host of the release's plan serves its version: what a person sees who looks. */
  isServed(record: ReleaseRecord): boolean;
}
