/** The app's own project permissions, as Jira spells them in schemes and in `permissions/check`. */
import { moduleAri } from './module-ari';

/**
 * Keys of the manifest. The key on Jira's side is the module's ARI. Source:
 * developer.atlassian.com/platform/forge/manifest-reference/modules/jira-project-permission (read 2026-11-21).
 */
const MODULES = {
  /** Beside *Edit work items*: what a release carries, and the transitions that are open to its editors. */
  'edit-content': 'edit-release-content',
  /** Beside *Administer projects*: policy, sites, hosts and agents. */
  'manage-settings': 'manage-release-control',
} as const;

export type AppPermission = keyof typeof MODULES;

export const appPermission = (permission: AppPermission): string => moduleAri(MODULES[permission]);
