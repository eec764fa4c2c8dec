import { html, type Html } from './html';

type Node = Readonly<Record<string, unknown>>;

/** A document of the Atlassian Document Format as HTML; what is not known is shown by its text. */
export function adfHtml(document: unknown): Html {
  return html`<div class="document">${contentOf(document)}</div>`;
}

function contentOf(node: unknown): readonly Html[] {
  if (!isNode(node) || !Array.isArray(node['content'])) return [];
  return node['content'].filter(isNode).map(nodeHtml);
}

function nodeHtml(node: Node): Html {
  const content = contentOf(node);
  switch (node['type']) {
    case 'text':
      return marked(node);
    case 'paragraph':
      return html`<p>${content}</p>`;
    case 'heading':
      return html`<h3>${content}</h3>`;
    case 'bulletList':
      return html`<ul>
        ${content}
      </ul>`;
    case 'orderedList':
      return html`<ol>
        ${content}
      </ol>`;
    case 'listItem':
      return html`<li>${content}</li>`;
    case 'blockquote':
    case 'panel':
      return html`<blockquote>${content}</blockquote>`;
    case 'codeBlock':
      return html`<pre><code>${content}</code></pre>`;
    case 'rule':
      return html`<hr />`;
    case 'hardBreak':
      return html`<br />`;
    case 'table':
      return html`<table>
        <tbody>
          ${content}
        </tbody>
      </table>`;
    case 'tableRow':
      return html`<tr>
        ${content}
      </tr>`;
    case 'tableHeader':
      return html`<th>${content}</th>`;
    case 'tableCell':
      return html`<td>${content}</td>`;
    case 'mention':
    case 'status':
    case 'emoji':
      return html`<span class="inline">${attribute(node, 'text')}</span>`;
    case 'inlineCard':
    case 'blockCard':
      return link(attribute(node, 'url'), html`${attribute(node, 'url')}`);
    default:
      return html`<div>${content}</div>`;
  }
}

function marked(node: Node): Html {
  const text = typeof node['text'] === 'string' ? node['text'] : '';
  const marks = Array.isArray(node['marks']) ? node['marks'].filter(isNode) : [];
  return marks.reduce((inner, mark) => withMark(inner, mark), html`${text}`);
}

function withMark(inner: Html, mark: Node): Html {
  switch (mark['type']) {
    case 'strong':
      return html`<strong>${inner}</strong>`;
    case 'em':
      return html`<em>${inner}</em>`;
    case 'code':
      return html`<code>${inner}</code>`;
    case 'strike':
      return html`<s>${inner}</s>`;
    case 'underline':
      return html`<u>${inner}</u>`;
    case 'textColor':
      // Jira's red, the label of a failure; the page's policy forbids inline styles.
      return /^#(bf2600|de350b|ff5630|ae2e24|c9372c)$/i.test(attribute(mark, 'color'))
        ? html`<span class="red">${inner}</span>`
        : inner;
    case 'link':
      return link(attribute(mark, 'href'), inner);
    default:
      return inner;
  }
}

/** Only addresses that a click may safely follow become links. */
function link(href: string, inner: Html): Html {
  return /^(https?:\/\/|mailto:|\/(?!\/))/i.test(href)
    ? html`<a href="${href}" rel="noopener noreferrer nofollow">${inner}</a>`
    : inner;
}

function attribute(node: Node, name: string): string {
  const attributes = node['attrs'];
  const value = isNode(attributes) ? attributes[name] : undefined;
  return typeof value === 'string' ? value : '';
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
