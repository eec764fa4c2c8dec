/** Atlassian Document Format: the few nodes that Interlock writes, and the words of any document. */
import { z } from 'zod';
import type { Comment } from '#core/jira-moves';

type Mark =
  | { readonly type: 'strong' }
  | { readonly type: 'textColor'; readonly attrs: { readonly color: string } };

interface TextNode {
  readonly type: 'text';
  readonly text: string;
  readonly marks?: readonly Mark[];
}

interface Paragraph {
  readonly type: 'paragraph';
  readonly content: readonly TextNode[];
}

export interface AdfDocument {
  readonly type: 'doc';
  readonly version: 1;
  readonly content: readonly Paragraph[];
}

/** The red of Jira's colour menu; ADF takes hex only. */
const FAILURE_RED = '#bf2600';

/** A comment: its label in bold, red where something failed, then its text. */
export function commentDocument({ tone, label, text }: Comment): AdfDocument {
  const strong: Mark = { type: 'strong' };
  const marks: readonly Mark[] =
    tone === 'failure' ? [strong, { type: 'textColor', attrs: { color: FAILURE_RED } }] : [strong];
  const [first = '', ...others] = text.split('\n').filter((line) => line.trim() !== '');
  const labelNode: TextNode = { type: 'text', text: label, marks };
  return {
    type: 'doc',
    version: 1,
    content: [
      paragraph(first === '' ? [labelNode] : [labelNode, { type: 'text', text: ` ${first}` }]),
      ...others.map((line) => paragraph([{ type: 'text', text: line }])),
    ],
  };
}

const paragraph = (content: readonly TextNode[]): Paragraph => ({ type: 'paragraph', content });

/** The words of a field's value: a plain text, or a document; null for anything else and for nothing. */
export function plainText(value: unknown): string | null {
  const words = typeof value === 'string' ? value : wordsOf(value);
  return words.trim() === '' ? null : words.trim();
}

const Node = z.object({
  type: z.string(),
  text: z.string().optional(),
  content: z.array(z.unknown()).optional(),
});

function wordsOf(value: unknown): string {
  const node = Node.safeParse(value);
  if (!node.success) return '';
  const { type, text, content } = node.data;
  if (type === 'hardBreak') return '\n';
  const inner = (content ?? []).map(wordsOf).join('');
  return type === 'paragraph' ? `${inner}\n` : (text ?? inner);
}
