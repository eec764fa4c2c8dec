import { getAppContext } from '@forge/api';

/**
 * The name by which Jira knows a module of this app in this environment. Source:
 * developer.atlassian.com/platform/forge/manifest-reference/modules/jira-custom-field-type (read 2026-11-20).
 */
export function moduleAri(moduleKey: string): string {
  const { appAri, environmentAri } = getAppContext();
  return `ari:cloud:ecosystem::extension/${appAri.appId}/${environmentAri.environmentId}/static/${moduleKey}`;
}
