import Button from '@atlaskit/button/new';
import { useState } from 'react';
import { tell } from '../../shared/src/api/app';
import { wordsOf } from '../../shared/src/words';
import { ask } from './api/app';
import type { ReleaseShown } from './view';

type Answer = ReleaseShown['answers'][number];

const OF_UNKNOWN: Readonly<Record<Answer, string>> = {
  done: 'All of this stage is done: go on',
  'not-done': 'It is not done: stop here',
  retry: 'Do it again',
};

/** What comes after the statement runs in any case but one. */
const OF_STATEMENT: Readonly<Record<Answer, string>> = {
  done: 'This statement is done: run the rest',
  'not-done': 'It is not done: stop here',
  retry: 'Run it again, then the rest',
};

/** Nothing has begun, so there is nothing to look at. */
const OF_UNBEGUN: Readonly<Record<Answer, string>> = {
  ...OF_UNKNOWN,
  'not-done': 'Not done: stop here',
  retry: 'Retry: offer it again',
};

function wordsFor({ answers, asksStatement }: ReleaseShown): Readonly<Record<Answer, string>> {
  if (asksStatement) return OF_STATEMENT;
  return answers.includes('done') ? OF_UNKNOWN : OF_UNBEGUN;
}

interface QuestionProps {
  readonly view: ReleaseShown;
  readonly onAnswered: () => void;
}

/** What a person may say about work whose outcome nobody knows, or that nobody begins. */
export function Question({ view, onAnswered }: QuestionProps) {
  const { answers, about } = view;
  const words = wordsFor(view);
  const [busy, setBusy] = useState<Answer>();
  const [problem, setProblem] = useState<string>();

  const answer = async (given: Answer): Promise<void> => {
    setBusy(given);
    try {
      const outcome = await ask('question.answer', {
        answer: given,
        ...(about && { about }),
      });
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
        {answers.map((name) => (
          <Button
            key={name}
            isLoading={busy === name}
            isDisabled={busy !== undefined && busy !== name}
            onClick={() => void answer(name)}
          >
            {words[name]}
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
