import { html, type Html } from './html';
import { csrfField, dialogBox, layout, problem, type ProjectPlace, type Viewer } from './layout';

/** One input of a form, with what was typed before. */
export interface FormField {
  readonly id: string;
  readonly label: string;
  readonly kind: 'line' | 'lines';
  readonly value: string;
  readonly isRequired: boolean;
  readonly problem?: string;
}

export interface FormDialog {
  readonly csrf: string;
  readonly title: string;
  /** What the form does, in a sentence. */
  readonly does: string;
  readonly action: string;
  readonly submit: string;
  readonly cancelPath: string;
  readonly fields: readonly FormField[];
  readonly refusal?: { readonly title: string; readonly sentences: readonly string[] };
}

/** A form over the page of an issue: the screen of a transition, or an edit. */
export function formDialog(dialog: FormDialog): Html {
  const { csrf, title, does, action, submit, cancelPath, fields, refusal } = dialog;
  return dialogBox(
    title,
    html`<p class="quiet">${does}</p>
      ${refusal === undefined ? undefined : problem(refusal.title, refusal.sentences)}
      <form class="fields" method="post" action="${action}">
        ${csrfField(csrf)} ${fields.map((it, index) => field(it, index === 0))}
        <p class="buttons">
          <a class="button" href="${cancelPath}">Cancel</a>
          <button class="primary" type="submit">${submit}</button>
        </p>
      </form>`,
  );
}

export interface CreatePage {
  readonly viewer: Viewer;
  readonly project: ProjectPlace;
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
        ${fields.map((it) => field(it, false))}
        <p>
          <button class="primary" type="submit">Create</button>
          <a href="/projects/${project.key}/issues">Cancel</a>
        </p>
      </form>`,
  });
}

function field(
  { id, label, kind, value, isRequired, problem: wrong }: FormField,
  isFirst: boolean,
): Html {
  const marks = [
    isRequired ? html` required` : undefined,
    isFirst ? html` autofocus` : undefined,
    wrong === undefined ? undefined : html` aria-invalid="true" aria-describedby="wrong-${id}"`,
  ];
  return html`<label>
    ${label}
    ${
      kind === 'line'
        ? html`<input name="${id}" value="${value}" ${marks} />`
        : html`<textarea name="${id}" rows="4" ${marks}>${value}</textarea>`
    }
    ${wrong === undefined ? undefined : html`<span class="wrong" id="wrong-${id}">${wrong}</span>`}
  </label>`;
}
