/** The app behind the settings, reached as the person in front of them. */
import { invoke, view } from '@forge/bridge';
import type { Reply, SettingsAnswers } from '#wire/page';

/** Asks the app; where it refuses, the error's message is the sentence for people. */
export async function ask<Name extends keyof SettingsAnswers>(
  name: Name,
  payload: Record<string, unknown> = {},
): Promise<SettingsAnswers[Name]> {
  const reply = await invoke<Reply<SettingsAnswers[Name]>>(name, payload);
  if (!('kind' in reply)) throw new Error('Jira answered what nobody asked for: metadata.');
  if (reply.kind === 'refused') throw new Error(reply.sentence);
  return reply.answer;
}

/** Follows Jira's light or dark. */
export const followTheme = (): Promise<void> => view.theme.enable();
