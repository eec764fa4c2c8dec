import type { ChangeItem, History } from './changelog';
import type { Comment } from './comments';
import type { Desk } from './desk';
import type { IssueType } from './issue-types';
import type { Json, JsonObject } from './json';
import { userById } from './people';
import type { Project } from './projects';
import { type Category, CATEGORY_DETAILS, type Status } from './statuses';

/** A moment as Jira writes it: 2026-11-20T15:58:12.797+0000. */
export function jiraTime(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('Z', '+0000');
}

/** Jira's own: …/rest/api/3/{path}. */
export function restUrl(desk: Desk, path: string): string {
  return `${desk.siteUrl}/rest/api/3/${path}`;
}

function avatarUrls(desk: Desk, kind: string, id: string): JsonObject {
  const url = (size: number) =>
    `${desk.siteUrl}/secure/${kind}?id=${encodeURIComponent(id)}&size=${size}`;
  return { '16x16': url(16), '24x24': url(24), '32x32': url(32), '48x48': url(48) };
}

/** A person as issues and comments name them; e-mail addresses stay hidden, as Jira's default is. */
export function userBody(desk: Desk, accountId: string | null): Json {
  if (accountId === null) return null;
  const user = userById(desk.database, accountId);
  if (user === undefined) throw new Error(`Account ${accountId} is used but does not exist.`);
  return {
    self: restUrl(desk, `user?accountId=${encodeURIComponent(accountId)}`),
    accountId,
    accountType: user.accountType,
    avatarUrls: avatarUrls(desk, 'useravatar', accountId),
    displayName: user.displayName,
    active: true,
    timeZone: 'Etc/UTC',
  };
}

function categoryBody(desk: Desk, category: Category): JsonObject {
  const { id, key, colorName, name } = CATEGORY_DETAILS[category];
  return { self: restUrl(desk, `statuscategory/${id}`), id, key, colorName, name };
}

export function statusBody(desk: Desk, status: Status): JsonObject {
  return {
    self: restUrl(desk, `status/${status.id}`),
    description: status.description,
    iconUrl: `${desk.siteUrl}/`,
    name: status.name,
    id: String(status.id),
    statusCategory: categoryBody(desk, status.category),
  };
}

export function issueTypeBody(desk: Desk, type: IssueType): JsonObject {
  return {
    self: restUrl(desk, `issuetype/${type.id}`),
    id: String(type.id),
    description: type.description,
    iconUrl: `${desk.siteUrl}/secure/typeavatar?id=${type.id}`,
    name: type.name,
    subtask: type.subtask,
    hierarchyLevel: type.subtask ? -1 : 0,
  };
}

/** A project as an issue's field shows it. */
export function projectBody(desk: Desk, project: Project): JsonObject {
  return {
    self: restUrl(desk, `project/${project.id}`),
    id: String(project.id),
    key: project.key,
    name: project.name,
    projectTypeKey: project.typeKey,
    simplified: false,
    avatarUrls: avatarUrls(desk, 'projectavatar', project.key),
  };
}

export function commentBody(desk: Desk, comment: Comment): JsonObject {
  return {
    self: restUrl(desk, `issue/${comment.issueId}/comment/${comment.id}`),
    id: String(comment.id),
    author: userBody(desk, comment.author),
    body: comment.body,
    updateAuthor: userBody(desk, comment.updateAuthor),
    created: jiraTime(comment.createdMs),
    updated: jiraTime(comment.updatedMs),
    jsdPublic: true,
  };
}

export function changeItemBody(item: ChangeItem): JsonObject {
  return {
    field: item.field,
    fieldtype: item.fieldtype,
    fieldId: item.fieldId,
    from: item.from,
    fromString: item.fromString,
    to: item.to,
    ['toString']: item.toText,
  };
}

export function historyBody(desk: Desk, history: History): JsonObject {
  return {
    id: String(history.id),
    author: userBody(desk, history.author),
    created: jiraTime(history.createdMs),
    items: history.items.map(changeItemBody),
  };
}
