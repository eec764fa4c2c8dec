import Button from '@atlaskit/button/new';
import SectionMessage from '@atlaskit/section-message';
import { Choice } from '../../../shared/src/field';
import type { DraftInHand } from '../use-draft';
import { Changes, Scripts, Sites } from './content-parts';
import { draftProblems } from './draft-problem';
import { useSave } from './use-save';

interface EditorProps {
  readonly draft: DraftInHand;
  /** The policy's, in their order. */
  readonly environments: readonly string[];
  /** Why it cannot be edited now; null when it can. */
  readonly refused: string | null;
  /** Names what is stored, as it is shown now. */
  readonly base: string;
  /** The app said no, maybe because something else is stored by now. */
  readonly onRefused: () => void;
  readonly onSaved: () => void;
}

const KINDS = (['Major', 'Minor', 'Hotfix'] as const).map((kind) => ({ value: kind, words: kind }));

/** What the release carries: scripts, configuration and sites. */
export function ContentEditor(props: EditorProps) {
  const { draft: hand, environments, refused, base, onRefused, onSaved } = props;
  const { draft, isTouched, isOvertaken, change, drop } = hand;
  const { problem, isStopped, progress, save } = useSave();
  const problems = isStopped ? draftProblems(draft) : [];

  const submit = async (): Promise<void> => {
    if (await save(draft, base)) {
      drop();
      onSaved();
    } else onRefused();
  };

  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      {refused !== null && (
        <SectionMessage title="The content is closed" headingLevel="h3">
          <p>{refused}</p>
        </SectionMessage>
      )}
      {isOvertaken && (
        <SectionMessage
          appearance="warning"
          title="Somebody else saved other content"
          headingLevel="h3"
        >
          <p>Saving yours replaces it; discard yours to see it.</p>
        </SectionMessage>
      )}
      <fieldset className="plain stack" disabled={refused !== null || progress !== undefined}>
        <div className="narrow">
          <Choice
            label="Kind"
            value={draft.kind}
            options={KINDS}
            onChange={(kind) => change((before) => ({ ...before, kind }))}
          />
        </div>
        <Sites draft={draft} problems={problems} change={change} />
        <Scripts draft={draft} problems={problems} environments={environments} change={change} />
        <Changes draft={draft} problems={problems} environments={environments} change={change} />
      </fieldset>
      {problem !== undefined && (
        <p className="refused" role="alert">
          {problem}
        </p>
      )}
      {refused === null && (
        <div className="actions">
          <Button
            type="submit"
            appearance="primary"
            isDisabled={!isTouched}
            isLoading={progress !== undefined}
          >
            {isOvertaken ? 'Save and replace theirs' : 'Save content'}
          </Button>
          <Button
            appearance="subtle"
            isDisabled={!isTouched || progress !== undefined}
            onClick={drop}
          >
            Discard changes
          </Button>
          <span className="small" role="status">
            {progress}
          </span>
        </div>
      )}
    </form>
  );
}
