/** Which texts a content or a plan names: those and no others are read by people and agents. */
import type { Content, TextRef } from '#core/content';
import type { Plan } from '#core/plan';

/** Scripts, their ways back and configuration changes. */
export const textsOfContent = ({ sql, config }: Content): readonly TextRef[] => [
  ...sql.flatMap(({ text, undo }) => (undo ? [text, undo] : [text])),
  ...config.map(({ changes }) => changes),
];

/** What an agent that performs the plan has to read besides it. */
export const textsOfPlan = ({ steps }: Plan): readonly TextRef[] =>
  steps.flatMap((step) => {
    if (step.stage === 'SQL') return step.undo ? [step.text, step.undo] : [step.text];
    return step.stage === 'CONFIG' ? [step.changes] : [];
  });
