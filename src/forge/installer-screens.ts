/** Screens of the installer: found by name or created, with the fields that they lack. */
import { route } from '@forge/api';
import { z } from 'zod';
import { demand, demandDone } from './installer-call';

/** The transition screen that asks why. */
export const provideReasonScreen = (reasonField: string): Promise<string> =>
  provideScreen({
    name: 'Interlock reason',
    description: 'Asks for a reason.',
    fieldIds: [reasonField],
  });

const Screens = z.object({ values: z.array(z.object({ id: z.int(), name: z.string() })) });
const Tabs = z.array(z.object({ id: z.int() }));
const ScreenFields = z.array(z.object({ id: z.string() }));

/** The id of a screen with these fields on its first tab. */
export async function provideScreen(screen: {
  readonly name: string;
  readonly description: string;
  readonly fieldIds: readonly string[];
}): Promise<string> {
  const step = `Screen ${screen.name}`;
  const path = route`/rest/api/3/screens?queryString=${screen.name}`;
  const { values } = await demand(step, { method: 'GET', path }, Screens);
  const known = values.find(({ name }) => name === screen.name);
  const screenId = known ? String(known.id) : await createScreen(step, screen);

  const tabsPath = route`/rest/api/3/screens/${screenId}/tabs`;
  const [tab] = await demand(step, { method: 'GET', path: tabsPath }, Tabs);
  if (!tab) throw new Error(`Jira's screen ${screenId} has no tab.`);
  const fieldsPath = route`/rest/api/3/screens/${screenId}/tabs/${tab.id}/fields`;
  const present = await demand(step, { method: 'GET', path: fieldsPath }, ScreenFields);
  for (const fieldId of screen.fieldIds) {
    if (present.some(({ id }) => id === fieldId)) continue;
    await demandDone(step, { method: 'POST', path: fieldsPath, body: { fieldId } });
  }
  return screenId;
}

async function createScreen(
  step: string,
  { name, description }: { readonly name: string; readonly description: string },
): Promise<string> {
  const body = { name, description };
  const { id } = await demand(
    step,
    { method: 'POST', path: route`/rest/api/3/screens`, body },
    z.object({ id: z.coerce.string() }),
  );
  return id;
}
