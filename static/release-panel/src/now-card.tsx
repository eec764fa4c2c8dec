import Button from '@atlaskit/button/new';
import Spinner from '@atlaskit/spinner';
import { useState } from 'react';
import { Sentence } from '../../shared/src/person';
import { failureTitle } from './failure-title';
import { HostRamp } from './host-ramp';
import { movesOf, shutBecause } from './moves';
import type { Move } from './moves';
import { nowWords } from './now-words';
import { Question } from './question';
import { ReasonForm } from './reason-form';
import { useMoves } from './use-moves';
import type { ReleaseShown } from './view';

interface NowCardProps {
  readonly view: ReleaseShown;
  /** The person has content in hand that is not saved. */
  readonly isWriting: boolean;
  readonly onActed: () => void;
}

/** What is going on, why, who may act, and the act itself. */
export function NowCard({ view, isWriting, onActed }: NowCardProps) {
  const moves = movesOf(view);
  const jira = useMoves(view, onActed);
  const [asking, setAsking] = useState<Move>();
  const { offered, standing } = jira;
  const shut = (move: Move): string | undefined =>
    shutBecause(move, view, { offered: offered ?? [], standing, isWriting });
  // Somebody else may have moved the release while the reason was written.
  const asked = moves.find(({ row }) => row.action === asking?.row.action);
  const { state, who } = nowWords(view.now);
  const title = titleOf(view);

  const click = (move: Move): void => {
    if (move.row.reason === true) setAsking(move);
    else void jira.perform(move.row.name, '');
  };

  return (
    <section className={`now now-${toneOf(view)}`} aria-label="Now">
      <div className="now-top">
        <div className="now-words" role="status">
          {title === undefined ? (
            <h3>
              <Sentence text={state} />
            </h3>
          ) : (
            <>
              <h3>{title}</h3>
              <p className="now-reason">
                <Sentence text={view.failure?.sentence ?? state} />
              </p>
            </>
          )}
          {who !== undefined && (
            <p className="small">
              <Sentence text={who} />
            </p>
          )}
        </div>
        {asked === undefined && (
          <div className="actions">
            {moves.map((move) => (
              <Button
                key={move.row.action}
                appearance={move.isPrimary ? 'primary' : 'default'}
                isLoading={jira.busy === move.row.name}
                isDisabled={
                  offered === undefined || jira.pending !== undefined || shut(move) !== undefined
                }
                onClick={() => click(move)}
              >
                {move.row.name}
              </Button>
            ))}
          </div>
        )}
      </div>
      {asked !== undefined && (
        <ReasonForm
          move={asked}
          view={view}
          isBusy={jira.busy !== undefined}
          onCancel={() => setAsking(undefined)}
          onGiven={async (reason) => {
            if (await jira.perform(asked.row.name, reason)) setAsking(undefined);
          }}
        />
      )}
      {view.answerable && <Question view={view} onAnswered={onActed} />}
      <Answer jira={jira} />
      {offered !== undefined && asked === undefined && <Shut sentences={moves.map(shut)} />}
      <HostRamp view={view} />
    </section>
  );
}

/** What became of the last click. */
function Answer({ jira }: { readonly jira: ReturnType<typeof useMoves> }) {
  return (
    <>
      {jira.problem !== undefined && (
        <p className="refused" role="alert">
          {jira.problem}
        </p>
      )}
      {jira.pending !== undefined && (
        <p className="row small" role="status">
          <Spinner size="small" />
          {jira.pending === 'late'
            ? 'Jira accepted; Interlock has not recorded it yet.'
            : 'Jira accepted.'}
        </p>
      )}
    </>
  );
}

/** Why buttons are shut, each reason once. */
function Shut({ sentences }: { readonly sentences: readonly (string | undefined)[] }) {
  const reasons = [...new Set(sentences.filter((sentence) => sentence !== undefined))];
  if (reasons.length === 0) return null;
  return (
    <ul className="shut small">
      {reasons.map((reason) => (
        <li key={reason}>{reason}</li>
      ))}
    </ul>
  );
}

/** A failure and a question have a title of their own; otherwise the sentence is the title. */
function titleOf({ failure, question, status, environment }: ReleaseShown): string | undefined {
  if (question !== null) return 'Nobody knows yet whether the work was done';
  if (status !== 'fix-pending' || failure === null) return undefined;
  return failureTitle(failure, environment);
}

function toneOf({ status, question, answerable }: ReleaseShown): string {
  if (status === 'fix-pending') return 'danger';
  if (question !== null || answerable) return 'warning';
  switch (status) {
    case 'awaiting-approval':
    case 'sql-pending':
    case 'ready':
      return 'warning';
    case 'deployed':
    case 'released':
      return 'success';
    case 'draft':
    case 'rolled-back':
    case 'aborted':
      return 'neutral';
    default:
      return 'information';
  }
}
