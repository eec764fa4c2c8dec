import Button from '@atlaskit/button/new';
import TextArea from '@atlaskit/textarea';
import { useId, useMemo, useState } from 'react';
import type { ClipboardEvent } from 'react';
import { sizeText, wordsOf } from '../../../shared/src/words';
import { readText } from '../api/texts';
import type { DraftText } from './draft';

/** A longer text stands beside the field, not in it: a field of megabytes stops the page at each key. */
const EDITED_MAX_CHARS = 200_000;

interface LongTextProps {
  readonly label: string;
  /** What is wrong with it; shown at the field. */
  readonly wrong: string | undefined;
  readonly text: DraftText;
  readonly onChange: (text: DraftText, fileName?: string) => void;
}

/** A script's text: typed, pasted or taken from a file. */
export function LongText({ label, wrong, text, onChange }: LongTextProps) {
  const [problem, setProblem] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  // The field keeps its own text while it is typed in; another key makes it begin anew.
  const [edition, setEdition] = useState(0);
  const id = useId();

  const take = async (read: () => Promise<string>, fileName?: string): Promise<void> => {
    setBusy(true);
    try {
      onChange({ kind: 'written', text: await read() }, fileName);
      setEdition((before) => before + 1);
      setProblem(undefined);
    } catch (error) {
      setProblem(wordsOf(error));
    } finally {
      setBusy(false);
    }
  };

  return (
    <div className="field">
      <label className="field-label" htmlFor={isEdited(text) ? id : `${id}-file`}>
        {label}
      </label>
      {text.kind === 'stored' ? (
        <div className="row row-wrap">
          <span className="small">{`${sizeText(text.ref.bytes)}, stored`}</span>
          <Button
            spacing="compact"
            isLoading={isBusy}
            onClick={() => void take(() => readText(text.ref.sha256))}
          >
            {`Edit ${label}`}
          </Button>
        </div>
      ) : isEdited(text) ? (
        <TextArea
          key={edition}
          id={id}
          isInvalid={wrong !== undefined}
          aria-invalid={wrong !== undefined}
          {...(wrong !== undefined && { 'aria-describedby': `${id}-wrong` })}
          isMonospaced
          isCompact
          resize="vertical"
          minimumRows={5}
          spellCheck={false}
          defaultValue={text.text}
          onChange={(event) => onChange({ kind: 'written', text: event.target.value })}
          onPaste={(event) => {
            const whole = pastedText(event);
            if (whole.length <= EDITED_MAX_CHARS) return;
            // Nor does a longer text get into the field at all: its layout alone takes seconds.
            event.preventDefault();
            onChange({ kind: 'written', text: whole });
          }}
        />
      ) : (
        <LongStart label={label} text={text.text} />
      )}
      {wrong !== undefined && (
        <span className="small wrong" id={`${id}-wrong`}>
          {wrong}
        </span>
      )}
      <input
        id={`${id}-file`}
        type="file"
        className="file"
        accept=".sql,.txt,text/plain"
        aria-label={`${label} from a file`}
        onChange={(event) => {
          const file = event.target.files?.[0];
          if (file) void take(() => file.text(), file.name);
        }}
      />
      {problem !== undefined && (
        <p className="refused" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

/** What is seen of a text that is not edited here. */
function LongStart({ label, text }: { readonly label: string; readonly text: string }) {
  const bytes = useMemo(() => new Blob([text]).size, [text]);
  return (
    <>
      <pre className="code long-start" tabIndex={0} aria-label={`Beginning of ${label}`}>
        {`${text.slice(0, 400)}\n…`}
      </pre>
      <span className="small">
        {`${sizeText(bytes)}: too long to edit here; choose a file to replace it.`}
      </span>
    </>
  );
}

const isEdited = (text: DraftText): boolean =>
  text.kind === 'written' && text.text.length <= EDITED_MAX_CHARS;

/** What the field will hold after a paste, with the line ends that fields have. */
function pastedText({ currentTarget, clipboardData }: ClipboardEvent<HTMLTextAreaElement>): string {
  const { value, selectionStart, selectionEnd } = currentTarget;
  const pasted = clipboardData.getData('text/plain').replaceAll(/\r\n?/g, '\n');
  return value.slice(0, selectionStart) + pasted + value.slice(selectionEnd);
}
