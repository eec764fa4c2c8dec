/** Who this site, this environment and this installation are: the same ids at every start, made from the app's own id. */
import { createHash } from 'node:crypto';

export interface Installation {
  readonly appId: string;
  readonly appVersion: string;
  readonly cloudId: string;
  readonly environmentId: string;
  readonly environmentType: 'DEVELOPMENT';
  readonly installationId: string;
  /** The context of the site in ARIs: what Forge calls `installContext`. */
  readonly contextAri: string;
  /** The app's own account in Jira. */
  readonly accountId: string;
}

export function installationOf(appId: string): Installation {
  const cloudId = madeUuid(appId, 'cloud');
  return {
    appId,
    appVersion: '1.0.0',
    cloudId,
    environmentId: madeUuid(appId, 'environment'),
    environmentType: 'DEVELOPMENT',
    installationId: madeUuid(appId, 'installation'),
    contextAri: `ari:cloud:jira::site/${cloudId}`,
    accountId: `557058:${madeUuid(appId, 'account')}`,
  };
}

/** Source of the shape: Forge rules in developer.atlassian.com/cloud/jira/platform/rest/v3, workflow capabilities. */
export function moduleAri(installation: Installation, moduleKey: string): string {
  const { appId, environmentId } = installation;
  return `ari:cloud:ecosystem::extension/${appId}/${environmentId}/static/${moduleKey}`;
}

function madeUuid(appId: string, purpose: string): string {
  const hex = createHash('sha256').update(`${appId}/${purpose}`).digest('hex');
  const part = (from: number, to: number) => hex.slice(from, to);
  return `${part(0, 8)}-${part(8, 12)}-4${part(13, 16)}-8${part(17, 20)}-${part(20, 32)}`;
}
