/** A site's key in the store: its id counts within its project. */
export const siteKey = (project: string, site: string): string => `${project}.${site}`;
