/** Calls of the installer: as the person who clicks, with Jira's words where it refuses. */
import type { z } from 'zod';
import { InstallerError } from '#app/installer-port';
import { asUserClient, read, wordsOf } from './jira-client';
import type { JiraAnswer, JiraCall } from './jira-client';

/** Sends a call that the step needs, and reads its answer. */
export async function demand<Answer>(
  step: string,
  call: JiraCall,
  schema: z.ZodType<Answer>,
): Promise<Answer> {
  const answer = await asUserClient(call);
  if (!answer.ok) throw refusedStep(step, answer);
  return read(call, answer, schema);
}

/** Sends a call that the step needs and that answers nothing. */
export async function demandDone(step: string, call: JiraCall): Promise<void> {
  const answer = await asUserClient(call);
  if (!answer.ok) throw refusedStep(step, answer);
}

const refusedStep = (step: string, answer: JiraAnswer): InstallerError =>
  new InstallerError(step, wordsOf(answer));
