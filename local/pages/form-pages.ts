import { html, type Html } from './html';
import { csrfField, layout, problem, type Viewer } from './layout';

/** One input of a form, with what was typed before. */
export interface FormField {
  readonly id: string;
  readonly label: string;
  readonly kind: 'line' | 'lines';
  readonly value: string;
  readonly isRequired: boolean;
  readonly problem?: string;
}

export interface TransitionScreenPage {
  readonly viewer: Viewer;
  readonly project: { readonly key: string; readonly name: string };
  readonly issueKey: string;
  readonly transition: { readonly id: string; readonly name: string; readonly to: string };
  readonly fields: readonly FormField[];
  readonly sentences: readonly string[];
}

/** What a transition asks for before it moves the issue. */
export function transitionScreenPage(page: TransitionScreenPage): string {
  const { viewer, project, issueKey, transition, fields, sentences } = page;
  const title = `${transition.name} ${issueKey}`;
  return layout({
    title,
    viewer,
    project,
    content: html`<h1>${title}</h1>
      <p class="quiet">Moves the work item to ${transition.to}.</p>
      ${sentences.length === 0 ? undefined : problem(`${transition.name} was refused`, sentences)}
      <form class="fields" method="post" action="/browse/${issueKey}/transitions/${transition.id}">
        ${csrfField(viewer.csrf)} ${fields.map(field)}
        <p>
          <button class="primary" type="submit">${transition.name}</button>
          <a href="/browse/${issueKey}">Cancel</a>
        </p>
      </form>`,
  });
}

export interface CreatePage {
  readonly viewer: Viewer;
  readonly project: { readonly key: string; readonly name: string };
  readonly types: readonly { readonly id: string; readonly name: string }[];
  readonly chosenType: string;
  readonly fields: readonly FormField[];
  readonly sentences: readonly string[];
}

export function createPage(page: CreatePage): string {
  const { viewer, project, types, chosenType, fields, sentences } = page;
  return layout({
    title: `Create in ${project.name}`,
    viewer,
    project,
    content: html`<h1>Create a work item</h1>
      ${sentences.length === 0 ? undefined : problem('It was not created', sentences)}
      <form class="fields" method="post" action="/projects/${project.key}/create">
        ${csrfField(viewer.csrf)}
        <label>
          Type
          <select name="issuetype">
            ${types.map(({ id, name }) =>
              id === chosenType
                ? html`<option value="${id}" selected>${name}</option>`
                : html`<option value="${id}">${name}</option>`,
            )}
          </select>
        </label>
        ${fields.map(field)}
        <p>
          <button class="primary" type="submit">Create</button>
          <a href="/projects/${project.key}/issues">Cancel</a>
        </p>
      </form>`,
  });
}

function field({ id, label, kind, value, isRequired, problem: wrong }: FormField): Html {
  const required = isRequired ? html` required` : undefined;
  return html`<label>
    ${label}
    ${
      kind === 'line'
        ? html`<input name="${id}" value="${value}" ${required} />`
        : html`<textarea name="${id}" rows="4" ${required}>${value}</textarea>`
    }
    ${wrong === undefined ? undefined : html`<span class="wrong">${wrong}</span>`}
  </label>`;
}
