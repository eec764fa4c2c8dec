import TextArea from '@atlaskit/textarea';
import { useState } from 'react';
import type { Outcome } from '#wire/page';
import { wordsOf } from '../../shared/src/words';
import { ActBar } from './act-bar';
import { useAct } from './use-act';

interface JsonEditorProps {
  /** What is edited, for people: `Policy, version 3`. */
  readonly name: string;
  readonly value: unknown;
  readonly save: (value: unknown) => Promise<Outcome>;
  readonly after: () => Promise<void>;
}

/** For experts: a value as JSON, saved as a whole. */
export function JsonEditor({ name, value, save, after }: JsonEditorProps) {
  // Undefined while nobody edits: then the text follows what is stored.
  const [draft, setDraft] = useState<string>();
  const text = draft ?? JSON.stringify(value, undefined, 2);

  const saveText = async (): Promise<Outcome> => {
    const parsed = parseJson(text);
    if (parsed.kind === 'refused') return parsed;
    const outcome = await save(parsed.value);
    if (outcome.kind === 'done') setDraft(undefined);
    return outcome;
  };
  const act = useAct(saveText, `${name} saved`, after);

  return (
    <details className="expert">
      <summary>Edit as JSON</summary>
      <div className="stack">
        <TextArea
          aria-label={`${name} as JSON`}
          isMonospaced
          isCompact
          resize="vertical"
          minimumRows={14}
          spellCheck={false}
          value={text}
          onChange={(event) => setDraft(event.target.value)}
        />
        <ActBar
          act={act}
          words="Save JSON"
          appearance="default"
          isIdle={draft === undefined}
          onDiscard={() => setDraft(undefined)}
        />
      </div>
    </details>
  );
}

type Parsed =
  | { readonly kind: 'parsed'; readonly value: unknown }
  | { readonly kind: 'refused'; readonly sentence: string };

function parseJson(text: string): Parsed {
  try {
    return { kind: 'parsed', value: JSON.parse(text) };
  } catch (error) {
    return { kind: 'refused', sentence: `This is no JSON: ${wordsOf(error)}.` };
  }
}
