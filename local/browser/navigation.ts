/** Where an app's page may lead a person: addresses of the web, and Jira's own places. */
import { isRecord } from './remote-calls';

/** The address of a `navigate` or `getUrl`. Targets: @forge/bridge 7.2.0, NavigationLocation. */
export function addressOf(wanted: unknown): string {
  if (!isRecord(wanted)) throw new Error('Nowhere to go to.');
  const { url, target, issueKey, projectKey } = wanted;
  if (typeof url === 'string') return webAddress(url);
  if (target === 'issue' && typeof issueKey === 'string') {
    return webAddress(`/browse/${encodeURIComponent(issueKey)}`);
  }
  if (target === 'projectSettingsDetails' && typeof projectKey === 'string') {
    return webAddress(`/projects/${encodeURIComponent(projectKey)}/settings`);
  }
  throw new Error(`Local Jira does not know the target ${JSON.stringify(target)}.`);
}

/** Never `javascript:` or `data:`, which would run as the site. */
function webAddress(url: string): string {
  const address = new URL(url, window.location.origin);
  if (address.protocol !== 'http:' && address.protocol !== 'https:') {
    throw new Error('Only addresses of the web can be opened.');
  }
  return address.href;
}

export function navigate(wanted: unknown): void {
  const address = addressOf(wanted);
  if (isRecord(wanted) && wanted['type'] === 'new-tab') {
    window.open(address, '_blank', 'noopener');
  } else {
    window.location.assign(address);
  }
}
