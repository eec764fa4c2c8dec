import { adfHtml } from './adf-html';
import { html, type Html } from './html';
import { csrfField, layout, problem, type Viewer } from './layout';
import { lozenge, type Lozenge } from './lozenge';

export interface IssuePage {
  readonly viewer: Viewer;
  readonly project: { readonly key: string; readonly name: string };
  readonly key: string;
  readonly summary: string;
  readonly type: string;
  readonly status: Lozenge;
  readonly parent?: { readonly key: string; readonly summary: string };
  readonly subtasks: readonly {
    readonly key: string;
    readonly summary: string;
    readonly status: Lozenge;
  }[];
  /** A document of the Atlassian Document Format, or null. */
  readonly description: unknown;
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  readonly transitions: readonly TransitionButton[];
  readonly comments: readonly PageComment[];
  readonly mayComment: boolean;
  readonly history: readonly PageHistory[];
  /** Why the last click did nothing. */
  readonly problem?: { readonly title: string; readonly sentences: readonly string[] };
}

export interface TransitionButton {
  readonly id: string;
  readonly name: string;
  readonly to: string;
  readonly hasScreen: boolean;
}

export interface PageComment {
  readonly id: string;
  readonly author: string;
  readonly when: string;
  readonly body: unknown;
}

export interface PageHistory {
  readonly author: string;
  readonly when: string;
  readonly changes: readonly {
    readonly field: string;
    readonly from: string;
    readonly to: string;
  }[];
}

/** An issue as people work with it. */
export function issuePage(page: IssuePage): string {
  return layout({
    title: `${page.key} ${page.summary}`,
    viewer: page.viewer,
    project: page.project,
    content: html`<p class="trail">
        <a href="/projects/${page.project.key}/issues">${page.project.name}</a> /
        ${
          page.parent === undefined
            ? undefined
            : html`<a href="/browse/${page.parent.key}">${page.parent.key}</a> / `
        }
        <span>${page.key}</span>
      </p>
      <h1>${page.summary}</h1>
      <div class="actions">
        ${lozenge(page.status)}${page.transitions.map((transition) =>
          transitionButton(page, transition),
        )}
      </div>
      ${
        page.problem === undefined ? undefined : problem(page.problem.title, page.problem.sentences)
      }
      <div class="columns">
        <div>
          <section>
            <h2>Description</h2>
            ${
              page.description === null
                ? html`<p class="quiet">No description.</p>`
                : adfHtml(page.description)
            }
          </section>
          <div id="panels"></div>
          ${page.subtasks.length === 0 ? undefined : subtasks(page)} ${comments(page)}
          ${history(page)}
        </div>
        <aside>
          <h2>Details</h2>
          <dl>
            <dt>Type</dt>
            <dd>${page.type}</dd>
            ${page.facts.map(
              ({ name, value }) =>
                html`<dt>${name}</dt>
                  <dd>${value}</dd>`,
            )}
          </dl>
        </aside>
      </div>`,
  });
}

function transitionButton({ key, viewer }: IssuePage, transition: TransitionButton): Html {
  const path = `/browse/${key}/transitions/${transition.id}`;
  const title = `Moves to ${transition.to}`;
  return transition.hasScreen
    ? html`<a class="button" href="${path}" title="${title}">${transition.name}</a>`
    : html`<form method="post" action="${path}">
        ${csrfField(viewer.csrf)}
        <button type="submit" title="${title}">${transition.name}</button>
      </form>`;
}

function subtasks({ subtasks: parts }: IssuePage): Html {
  return html`<section>
    <h2>Sub-tasks</h2>
    <ul class="plain">
      ${parts.map(
        ({ key, summary, status }) =>
          html`<li><a href="/browse/${key}">${key}</a> ${summary} ${lozenge(status)}</li>`,
      )}
    </ul>
  </section>`;
}

function comments({ key, viewer, comments: said, mayComment }: IssuePage): Html {
  return html`<section>
    <h2>Comments</h2>
    ${said.map(
      ({ id, author, when, body }) =>
        html`<article class="comment" id="comment-${id}">
          <p class="byline"><strong>${author}</strong> <time>${when}</time></p>
          ${adfHtml(body)}
        </article>`,
    )}
    ${
      mayComment
        ? html`<form class="fields" method="post" action="/browse/${key}/comments">
            ${csrfField(viewer.csrf)}
            <label>Add a comment <textarea name="comment" rows="3" required></textarea></label>
            <button type="submit">Save</button>
          </form>`
        : undefined
    }
  </section>`;
}

function history({ history: entries }: IssuePage): Html {
  return html`<section>
    <h2>History</h2>
    ${entries.length === 0 ? html`<p class="quiet">No changes yet.</p>` : undefined}
    <ol class="plain">
      ${entries.map(
        ({ author, when, changes }) =>
          html`<li class="change">
            <p class="byline"><strong>${author}</strong> <time>${when}</time></p>
            ${changes.map(
              ({ field, from, to }) =>
                html`<p><span class="field">${field}</span> ${from} &rarr; ${to}</p>`,
            )}
          </li>`,
      )}
    </ol>
  </section>`;
}
