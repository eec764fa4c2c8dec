/** Every handler of the manifest, and who drives it in the simulation: a new one without a driver fails types or tests. */
import type { Task } from '#app/ports';
import type { Envelope } from '#wire/agent';
import type { PanelAnswers, SettingsAnswers } from '#wire/page';

/** A function of the manifest, and the call, operation, event or task that it answers to. */
export type Handler =
  | 'validate-transition'
  | 'after-transition'
  | `panel ${keyof PanelAnswers}`
  | `settings ${keyof SettingsAnswers}`
  | `answer-agent ${Envelope['op']}`
  | `compare-issue ${'created' | 'updated' | 'deleted'}`
  | 'run-sweep'
  | `do-work ${Task['type']}`;

/** What a run counts when it calls a handler. */
export const countOf = (handler: string): string => `handler ${handler}`;

export const DRIVEN: Readonly<Record<Handler, string>> = {
  'validate-transition': 'fake-jira.ts, for clicks of people.ts and moves of the app',
  'after-transition': 'jira-events.ts, late, twice or never',
  'panel release.show': 'people.ts',
  'panel release.glance': 'readers.ts',
  'panel content.put': 'people.ts',
  'panel question.answer': 'people.ts',
  'panel text.put': 'people.ts',
  'panel text.get': 'readers.ts',
  'panel audit.get': 'readers.ts, judged by the agent’s own verifier',
  'panel log.show': 'readers.ts, judged by watch-logs.ts',
  'panel script.review': 'people.ts',
  'settings settings.show': 'readers.ts',
  'settings workflow.install': 'world.ts, in calm weather',
  'settings policy.put': 'admins.ts',
  'settings site.put': 'admins.ts',
  'settings agent.enroll': 'enroll-machine.ts, in calm weather',
  'settings agent.approve': 'enroll-machine.ts, in calm weather, and copied-key.ts',
  'settings agent.revoke': 'admins.ts',
  'answer-agent enroll': 'enroll-machine.ts, in calm weather',
  'answer-agent poll': 'agent-machine.ts, as all of these',
  'answer-agent claim': 'agent-machine.ts, stranger.ts out of reach, and copied-key.ts',
  'answer-agent fetch': 'agent-machine.ts',
  'answer-agent heartbeat': 'agent-machine.ts',
  'answer-agent report': 'agent-machine.ts',
  'answer-agent log': 'agent-machine.ts',
  'answer-agent finish': 'agent-machine.ts',
  'answer-agent add-key': 'agent-machine.ts with key-disk.ts, and thief.ts',
  'compare-issue created': 'world.ts',
  'compare-issue updated': 'people.ts and admins.ts',
  'compare-issue deleted': 'admins.ts',
  'run-sweep': 'simulate.ts, every five minutes',
  'do-work work-outbox': 'fake-queue.ts, as all of these',
  'do-work reconcile': 'fake-queue.ts',
  'do-work recheck': 'fake-queue.ts',
  'do-work refresh-project': 'fake-queue.ts',
};
