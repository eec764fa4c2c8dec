import { useState } from 'react';
import type { Outcome } from '#wire/page';
import { ActButton } from './act-button';

interface JsonEditorProps {
  /** What is edited, for people: `Site shop`. */
  readonly name: string;
  readonly value: unknown;
  readonly save: (value: unknown) => Promise<Outcome>;
  readonly after: () => Promise<void>;
}

/** A value as JSON, saved as a whole. */
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

  return (
    <details>
      <summary>{name}</summary>
      <textarea
        aria-label={`${name} as JSON`}
        rows={14}
        spellCheck={false}
        value={text}
        onChange={(event) => setDraft(event.target.value)}
      />
      <ActButton words="Save" act={saveText} after={after} />
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

const wordsOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
