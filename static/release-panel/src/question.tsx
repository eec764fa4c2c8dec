import { useState } from 'react';
import { ask } from './api/app';

const ANSWERS = [
  { answer: 'done', words: 'It is done: go on' },
  { answer: 'not-done', words: 'It is not done: stop here' },
  { answer: 'retry', words: 'Do it again' },
] as const;

/** What a person may say about work whose outcome nobody knows. */
export function Question({ onAnswered }: { readonly onAnswered: () => Promise<void> }) {
  const [problem, setProblem] = useState<string>();

  const answer = async (words: (typeof ANSWERS)[number]['answer']): Promise<void> => {
    try {
      const outcome = await ask('question.answer', { answer: words });
      setProblem(outcome.kind === 'refused' ? outcome.sentence : undefined);
      await onAnswered();
    } catch (error) {
      setProblem(String(error));
    }
  };

  return (
    <div className="question">
      {ANSWERS.map(({ answer: name, words }) => (
        <button key={name} type="button" onClick={() => void answer(name)}>
          {words}
        </button>
      ))}
      {problem !== undefined && <p role="alert">{problem}</p>}
    </div>
  );
}
