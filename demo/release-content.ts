/** A release's content as a developer writes it in the panel: texts first, then what names them. */
import type { JiraClient } from './jira-client';
import { putText } from './texts';

export interface WrittenRelease {
  readonly kind?: 'Major' | 'Minor' | 'Hotfix';
  readonly sql?: readonly WrittenScript[];
  readonly config?: readonly WrittenChange[];
  readonly code?: readonly WrittenCode[];
}

export interface WrittenScript {
  readonly id: string;
  readonly database: string;
  readonly name: string;
  readonly text: string;
  readonly undo?: string;
}

export interface WrittenChange {
  readonly id: string;
  readonly application: string;
  readonly namespace: string;
  /** Key → value; an object names the value per environment, with the common one under `*`. */
  readonly set: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
}

export interface WrittenCode {
  readonly site: string;
  readonly version: string;
  readonly artifactSha256: string;
  readonly batchSize?: number;
}

/** Writes the content of a release that stands where it may be edited. */
export async function putContent(
  jira: JiraClient,
  issueKey: string,
  { kind = 'Minor', sql = [], config = [], code = [] }: WrittenRelease,
): Promise<void> {
  const scripts = [];
  for (const { text, undo, ...script } of sql) {
    scripts.push({
      ...script,
      text: await putText(jira, issueKey, text),
      ...(undo === undefined ? {} : { undo: await putText(jira, issueKey, undo) }),
    });
  }
  const changes = [];
  for (const { set, ...change } of config) {
    const text = keyChanges(set);
    const place = { ...change, centre: 'files', keys: Object.keys(set).length, byHand: false };
    changes.push({ ...place, changes: await putText(jira, issueKey, text) });
  }
  const content = { kind, sql: scripts, config: changes, code };
  await jira.invoke({
    module: 'release-panel',
    name: 'content.put',
    issueKey,
    payload: { content },
  });
}

/** The changes as one text, members in alphabetical order: equal changes have equal digests. */
function keyChanges(set: WrittenChange['set']): string {
  const changes = Object.entries(set).map(([key, value]) => {
    if (typeof value === 'string')
      return { action: 'set', key, value: { kind: 'text', text: value } };
    const { '*': text = '', ...perEnvironment } = value;
    return { action: 'set', key, value: { kind: 'text', perEnvironment, text } };
  });
  return JSON.stringify(changes);
}
