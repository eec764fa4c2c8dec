/** Jira asks whether an issue may move. In doubt it may not. */
import { z } from 'zod';
import { checkTransition } from '#app/check-transition';
import { plainText } from '#forge/adf';
import { portsOf } from '#forge/ports';

/** Source: developer.atlassian.com/platform/forge/manifest-reference/modules/jira-workflow-validator (read 2026-11-20). */
const Question = z.object({
  issue: z.object({ key: z.string() }),
  /** As the installer wrote it into the rule. */
  configuration: z.object({ action: z.string(), reasonField: z.string().optional() }),
  transition: z.object({ modifiedFields: z.record(z.string(), z.unknown()).default({}) }),
});

const IN_DOUBT =
  'Interlock could not check this transition; nothing was changed. Try again in a minute.';

interface ValidatorAnswer {
  readonly result: boolean;
  readonly errorMessage?: string;
}

export async function validateTransition(
  payload: unknown,
  context: unknown,
): Promise<ValidatorAnswer> {
  try {
    const { issue, configuration, transition } = Question.parse(payload);
    const { action, reasonField } = configuration;
    const reason = reasonField === undefined ? null : transition.modifiedFields[reasonField];
    const answer = await checkTransition(portsOf(context), {
      issueKey: issue.key,
      action,
      reason: plainText(reason),
    });
    return answer.allowed ? { result: true } : refuse(answer.sentence);
  } catch (error) {
    console.warn(`A transition could not be checked: ${String(error)}`);
    return refuse(IN_DOUBT);
  }
}

const refuse = (errorMessage: string): ValidatorAnswer => ({ result: false, errorMessage });
