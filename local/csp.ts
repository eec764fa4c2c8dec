/** The content security policy that Forge sends with a page of the app: its own generator, with our site as the parent. */
import { CSPInjectionService, CSPProcessingService } from '@forge/csp';
import { load } from 'cheerio';
import type { PagePermissions } from './manifest';

/** What a page of the app may load. Reports stay on this machine; Atlassian's collector is never told. */
export function pagePolicy(
  markup: string,
  permissions: PagePermissions,
  siteUrl: string,
  reportUrl: string,
): string {
  const existingCSPDetails = new CSPProcessingService({ info: () => undefined }, (content) =>
    load(content),
  ).getCspDetails(markup, permissions);
  return new CSPInjectionService()
    .getInjectableCSP({ existingCSPDetails, microsEnv: 'prod', hostname: siteUrl })
    .map((directive) =>
      directive.startsWith('report-uri ') ? `report-uri ${reportUrl}` : directive,
    )
    .join('; ');
}
