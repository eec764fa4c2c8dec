/** The record of an issue: found, or made for an issue that is a release and has none yet. */
import { nextSegment, NO_HISTORY } from '#core/audit-chain';
import { replay } from '#core/evolve';
import type { ReleaseEvent } from '#core/release-event';
import type { EventSegment, ReleaseRecord } from '#wire/records';
import { askForEffects, segmentKey } from './commit';
import type { Issue, Ports } from './ports';
import { loadSettings } from './world';

/** The record; undefined when the issue is no release of a project where Interlock is installed. */
export async function ensureRelease(
  ports: Ports,
  issue: Issue,
): Promise<ReleaseRecord | undefined> {
  const { store } = ports;
  const known = await store.get('release', issue.id);
  if (known) return known;

  const { workflow } = await loadSettings(store, issue.project);
  if (workflow?.issueTypeId !== issue.issueTypeId) return undefined;
  const record = await firstRecord(ports, issue);
  // Whoever else makes it at the same moment makes the same.
  const row = { version: 1, issueId: issue.id, state: 'pending' as const, dueAt: record.updatedAt };
  await store.create('outbox', issue.id, row);
  const made = await store.create('release', issue.id, record);
  if (made === 'created') await askForEffects(ports, issue.id);
  return store.get('release', issue.id);
}

/** The first segment is written before the record that names it, so that no history has a hole. */
async function firstRecord(ports: Ports, issue: Issue): Promise<ReleaseRecord> {
  const { store, clock, crypto, audience } = ports;
  const created: ReleaseEvent = {
    type: 'created',
    issueId: issue.id,
    project: issue.project,
    reporter: issue.reporter ?? 'unknown',
  };
  const at = clock.now();
  const news = { audience, issueId: issue.id, at, events: [created] };
  const segment = nextSegment(NO_HISTORY, news, (text) => crypto.sha256(text));
  const row: EventSegment = { version: 1, project: issue.project, ...segment, events: [created] };
  await store.create('events', segmentKey(issue.id, 1), row);
  const stored = (await store.get('events', segmentKey(issue.id, 1))) ?? row;
  return {
    version: 1,
    project: issue.project,
    status: 'draft',
    updatedAt: at,
    issueKey: issue.key,
    state: replay(stored.events),
    jira: {
      shown: 'draft',
      effects: [{ kind: 'gate', serial: 1 }],
      nextSerial: 2,
      working: null,
      gate: null,
    },
    clicks: [],
    judged: [],
    history: {
      segments: 1,
      events: 1,
      head: stored.hash,
      // An older version of the app may have written the segment, and died.
      ...(stored.format !== undefined && { chainedFrom: 1 }),
    },
  };
}
