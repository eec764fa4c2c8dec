/** The two custom fields of the app, by the ids that this Jira gave them. */
import { route } from '@forge/api';
import { z } from 'zod';
import { ask, asAppClient } from './jira-client';
import type { JiraCall } from './jira-client';
import { JiraError } from './jira-error';
import { moduleAri } from './module-ari';

export interface AppFields {
  /** Such as `customfield_10042`. */
  readonly gate: string;
  readonly environment: string;
}

const GATE_MODULE = 'interlock-gate';
const ENVIRONMENT_MODULE = 'release-environment';

const Fields = z.array(
  z.object({ id: z.string(), schema: z.object({ custom: z.string().optional() }).optional() }),
);

/** Looks the fields up; Jira makes them when the app is installed. */
export async function findAppFields(): Promise<AppFields> {
  const call: JiraCall = { method: 'GET', path: route`/rest/api/3/field` };
  const fields = await ask(asAppClient, call, Fields);
  const idOf = (moduleKey: string): string => {
    const custom = moduleAri(moduleKey);
    const field = fields.find(({ schema }) => schema?.custom === custom);
    if (field) return field.id;
    throw new JiraError(
      `Jira has no field for the module ${moduleKey}; reinstall the app so that Jira makes it.`,
      { retryable: false },
    );
  };
  return { gate: idOf(GATE_MODULE), environment: idOf(ENVIRONMENT_MODULE) };
}

// Field ids live as long as the installation, so a warm function asks once for each.
const known = new Map<string, AppFields>();

/** The fields of an installation, remembered while the function stays warm. */
export async function appFields(installation: string): Promise<AppFields> {
  const fields = known.get(installation) ?? (await findAppFields());
  known.set(installation, fields);
  return fields;
}

/** Asks Jira again next time: after a reinstallation the fields are others. */
export const forgetAppFields = (installation: string): void => {
  known.delete(installation);
};
