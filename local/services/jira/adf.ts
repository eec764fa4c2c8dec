import { isJsonList, isJsonObject, type Json, textMember } from './json';

const BLOCKS = new Set(['paragraph', 'heading', 'listItem', 'codeBlock', 'blockquote', 'tableRow']);

/** A document of the Atlassian Document Format, as far as every document must look. */
export function isAdf(value: Json): boolean {
  if (!isJsonObject(value)) return false;
  return (
    value['type'] === 'doc' &&
    value['version'] === 1 &&
    isJsonList(value['content']) &&
    value['content'].every(isNode)
  );
}

function isNode(value: Json): boolean {
  if (!isJsonObject(value) || typeof value['type'] !== 'string') return false;
  if (value['type'] === 'text') {
    return typeof value['text'] === 'string' && value['text'] !== '';
  }
  const content = value['content'];
  return content === undefined || (isJsonList(content) && content.every(isNode));
}

/** The words of a document, one line a block: for the changelog, for search and for plain pages. */
export function adfText(value: Json): string {
  if (typeof value === 'string') return value;
  if (!isJsonObject(value)) return '';
  return nodeText(value).trim();
}

function nodeText(node: Json): string {
  const type = textMember(node, 'type');
  if (type === undefined || !isJsonObject(node)) return '';
  if (type === 'text') return textMember(node, 'text') ?? '';
  if (type === 'hardBreak') return '\n';
  const attributes = node['attrs'];
  if (type === 'mention' || type === 'status') return textMember(attributes, 'text') ?? '';
  if (type === 'inlineCard' || type === 'blockCard') return textMember(attributes, 'url') ?? '';
  const content = node['content'];
  const inner = isJsonList(content) ? content.map(nodeText).join('') : '';
  return BLOCKS.has(type) ? `${inner}\n` : inner;
}

/** Plain text as a document: a paragraph a line. */
export function textAsAdf(text: string): Json {
  return {
    type: 'doc',
    version: 1,
    content: text.split(/\r?\n/).map((line) => ({
      type: 'paragraph',
      content: line === '' ? [] : [{ type: 'text', text: line }],
    })),
  };
}
