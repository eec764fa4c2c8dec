/** Calls of the installer: as the person who clicks, with Jira's words where it refuses. */
import type { z } from 'zod';
import { InstallerError } from '#app/installer-port';
import { asUserClient, read, wordsOf } from './jira-client';
import type { JiraAnswer, JiraCall } from './jira-client';
import { JiraError } from './jira-error';

/** Sends a call that the step needs, and reads its answer. */
export async function demand<Answer>(
  step: string,
  call: JiraCall,
  schema: z.ZodType<Answer>,
): Promise<Answer> {
  const answer = await agreed(step, call);
  return atStep(step, async () => read(call, answer, schema));
}

/** Sends a call that the step needs and that answers nothing. */
export async function demandDone(step: string, call: JiraCall): Promise<void> {
  await agreed(step, call);
}

async function agreed(step: string, call: JiraCall): Promise<JiraAnswer> {
  const answer = await atStep(step, () => asUserClient(call));
  if (!answer.ok) throw new InstallerError(step, wordsOf(answer));
  return answer;
}

/** Does something at a step; when Jira cannot be reached or understood, the step is told to have failed. */
export async function atStep<Result>(step: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof JiraError)) throw error;
    throw new InstallerError(step, error.message, { cause: error });
  }
}
