import { adfHtml } from './adf-html';
import { appPanel, type AppFrame } from './app-frame';
import { html, type Html } from './html';
import { avatar, csrfField, layout, problem, type ProjectPlace, type Viewer } from './layout';
import { lozenge, type Lozenge } from './lozenge';

export interface IssuePage {
  readonly viewer: Viewer;
  readonly project: ProjectPlace;
  readonly key: string;
  readonly summary: string;
  readonly type: string;
  readonly typeId: string;
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
  readonly mayEdit: boolean;
  /** What the app shows in the middle, and beside the details. */
  readonly panels: readonly AppFrame[];
  readonly contexts: readonly AppFrame[];
  readonly activity: Activity;
  readonly history: readonly PageHistory[];
  /** Why the last click did nothing. */
  readonly problem?: { readonly title: string; readonly sentences: readonly string[] };
}

export const ACTIVITIES = ['all', 'comments', 'history'] as const;
/** Which part of what happened the page shows. */
export type Activity = (typeof ACTIVITIES)[number];

export interface TransitionButton {
  readonly id: string;
  readonly name: string;
  readonly to: string;
  readonly hasScreen: boolean;
}

export interface PageComment {
  readonly id: string;
  readonly author: string;
  readonly authorId: string;
  readonly when: string;
  readonly body: unknown;
}

export interface PageHistory {
  readonly author: string;
  readonly authorId: string;
  readonly when: string;
  readonly changes: readonly {
    readonly field: string;
    readonly from: string;
    readonly to: string;
  }[];
}

/** An issue as people work with it. */
export function issuePage(page: IssuePage, dialog?: Html): string {
  return layout({
    title: `${page.key} ${page.summary}`,
    viewer: page.viewer,
    project: page.project,
    hasFrames: page.panels.length + page.contexts.length > 0,
    ...(dialog === undefined ? {} : { dialog }),
    content: html`<p class="trail">
        <a href="/projects/${page.project.key}/issues">${page.project.name}</a> /
        ${
          page.parent === undefined
            ? undefined
            : html`<a href="/browse/${page.parent.key}">${page.parent.key}</a> / `
        }
        <img src="/secure/typeavatar?id=${page.typeId}" alt="${page.type}" width="16" height="16" />
        <span>${page.key}</span>
      </p>
      <h1>${page.summary}</h1>
      <div class="actions" data-live="actions">
        ${lozenge(page.status)}${page.transitions.map((transition) =>
          transitionButton(page, transition),
        )}
        ${
          page.mayEdit
            ? html`<a class="button subtle" href="/browse/${page.key}/edit">Edit</a>`
            : undefined
        }
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
          ${page.panels.map(appPanel)} ${page.subtasks.length === 0 ? undefined : subtasks(page)}
          ${activity(page)}
        </div>
        <aside>
          <h2>Details</h2>
          <dl data-live="details">
            <dt>Type</dt>
            <dd>${page.type}</dd>
            ${page.facts.map(
              ({ name, value }) =>
                html`<dt>${name}</dt>
                  <dd>${value}</dd>`,
            )}
          </dl>
          ${page.contexts.map(appPanel)}
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

function activity(page: IssuePage): Html {
  return html`<section id="activity">
    <h2>Activity</h2>
    <nav class="tabs" aria-label="Activity">
      ${ACTIVITIES.map((name) => {
        const path = `/browse/${page.key}?activity=${name}#activity`;
        const title = { all: 'All', comments: 'Comments', history: 'History' }[name];
        return name === page.activity
          ? html`<a href="${path}" aria-current="true">${title}</a>`
          : html`<a href="${path}">${title}</a>`;
      })}
    </nav>
    ${page.activity === 'history' ? undefined : comments(page)}
    ${page.activity === 'comments' ? undefined : history(page)}
  </section>`;
}

function comments({ key, viewer, comments: said, mayComment }: IssuePage): Html {
  return html`<section>
    <h3>Comments</h3>
    <div data-live="comments">
      ${said.map(
        ({ id, author, authorId, when, body }) =>
          html`<article class="comment" id="comment-${id}">
            <p class="byline">
              ${avatar(authorId)} <strong>${author}</strong> <time>${when}</time>
            </p>
            ${adfHtml(body)}
          </article>`,
      )}
    </div>
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
  return html`<section data-live="history">
    <h3>History</h3>
    ${entries.length === 0 ? html`<p class="quiet">No changes yet.</p>` : undefined}
    <ol class="plain">
      ${entries.map(
        ({ author, authorId, when, changes }) =>
          html`<li class="change">
            <p class="byline">
              ${avatar(authorId)} <strong>${author}</strong> <time>${when}</time>
            </p>
            ${changes.map(
              ({ field, from, to }) =>
                html`<p><span class="field">${capitalised(field)}</span> ${from} &rarr; ${to}</p>`,
            )}
          </li>`,
      )}
    </ol>
  </section>`;
}

/** The changelog calls Jira's own fields `status` and `summary`; pages call them as people do. */
const capitalised = (field: string): string => field.charAt(0).toUpperCase() + field.slice(1);
