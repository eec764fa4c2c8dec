import type { StageView } from '#wire/page';
import { ActiveSign, DoneSign, FailedSign, NothingSign, WaitingSign } from '../../shared/src/icons';
import { counted } from '../../shared/src/words';
import type { ReleaseShown } from './view';

const NAMES = { SQL: 'SQL', CONFIG: 'Config', CODE: 'Code', VERIFY: 'Verify' } as const;

const SIGNS = {
  none: NothingSign,
  waiting: WaitingSign,
  active: ActiveSign,
  done: DoneSign,
  failed: FailedSign,
} as const;

const STATE_WORDS = {
  none: 'Nothing to do',
  waiting: 'Waiting',
  active: 'At work',
  done: 'Done',
  failed: 'Failed',
} as const;

/** The four stages of the environment with how far each has come. */
export function Stages({ view }: { readonly view: ReleaseShown }) {
  return (
    <ol className="stages" aria-label="Stages">
      {view.stages.map((stage) => {
        const SignOf = SIGNS[stage.state];
        const isCurrent = stage.state === 'active' || stage.state === 'failed';
        return (
          <li
            key={stage.stage}
            className={`stage stage-${stage.state}`}
            aria-current={isCurrent ? 'step' : undefined}
          >
            <span className="stage-sign">
              <SignOf />
            </span>
            <span className="stage-name">{NAMES[stage.stage]}</span>
            <span className="hidden-words">: {STATE_WORDS[stage.state]}. </span>
            <span className="small number stage-fact">{factOf(stage, view)}</span>
          </li>
        );
      })}
    </ol>
  );
}

/** `1 of 3 scripts`; the state's own word where there is nothing to count. */
function factOf({ stage, state }: StageView, view: ReleaseShown): string {
  if (state === 'none') return STATE_WORDS.none;
  switch (stage) {
    case 'SQL': {
      const toRun = view.scripts.filter((script) => script.state !== 'skipped');
      return progress(
        toRun.filter((script) => script.state === 'done').length,
        toRun.length,
        'script',
      );
    }
    case 'CONFIG':
      return progress(
        view.config.filter((change) => change.state === 'done').length,
        view.config.length,
        'change',
      );
    case 'CODE':
      // A draft names sites; which hosts they have there is known with the environment.
      if (view.hosts.length === 0) return progress(0, view.content?.code.length ?? 0, 'site');
      return progress(
        view.hosts.filter((host) => host.state === 'healthy').length,
        view.hosts.length,
        'host',
      );
    case 'VERIFY':
      return STATE_WORDS[state];
  }
}

function progress(done: number, all: number, word: string): string {
  if (all === 0) return STATE_WORDS.none;
  return done === 0 ? counted(all, word) : `${done} of ${counted(all, word)}`;
}
