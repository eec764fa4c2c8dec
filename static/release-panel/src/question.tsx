import Button from '@atlaskit/button/new';
import { useState } from 'react';
import { tell } from '../../shared/src/api/app';
import { wordsOf } from '../../shared/src/words';
import { ask } from './api/app';

const ANSWERS = [
  { answer: 'done', words: 'It is done: go on' },
  { answer: 'not-done', words: 'It is not done: stop here' },
  { answer: 'retry', words: 'Do it again' },
] as const;

type Answer = (typeof ANSWERS)[number]['answer'];

/** What a person may say about work whose outcome nobody knows. */
export function Question({ onAnswered }: { readonly onAnswered: () => void }) {
  const [busy, setBusy] = useState<Answer>();
  const [problem, setProblem] = useState<string>();

  const answer = async (words: Answer): Promise<void> => {
    setBusy(words);
    try {
      const outcome = await ask('question.answer', { answer: words });
      setProblem(outcome.kind === 'refused' ? outcome.sentence : undefined);
      if (outcome.kind === 'done') tell('Your answer is recorded');
      onAnswered();
    } catch (error) {
      setProblem(wordsOf(error));
    } finally {
      setBusy(undefined);
    }
  };

  return (
    <div className="stack" role="group" aria-label="What became of the work">
      <div className="actions">
        {ANSWERS.map(({ answer: name, words }) => (
          <Button
            key={name}
            isLoading={busy === name}
            isDisabled={busy !== undefined && busy !== name}
            onClick={() => void answer(name)}
          >
            {words}
          </Button>
        ))}
      </div>
      {problem !== undefined && (
        <p className="refused" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}
