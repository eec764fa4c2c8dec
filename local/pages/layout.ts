import { html, type Html } from './html';

/** Somebody who signed in, as every page shows them. */
export interface Viewer {
  readonly displayName: string;
  /** Goes into every form. */
  readonly csrf: string;
}

export interface Page {
  readonly title: string;
  readonly viewer?: Viewer;
  /** The project that the page is in. */
  readonly project?: { readonly key: string; readonly name: string };
  readonly content: Html;
}

/** One whole page of the site. */
export function layout({ title, viewer, project, content }: Page): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} - Local Jira</title>
        <link rel="icon" href="/secure/projectavatar?id=Local%20Jira" />
        <link rel="stylesheet" href="/site.css" />
      </head>
      <body>
        <p class="notice" role="note">
          Local Jira: a development and evaluation stand-in, not Atlassian's Jira.
        </p>
        <header class="top">
          <a class="brand" href="/projects">Local Jira</a>
          <nav aria-label="Site">
            <a href="/projects">Projects</a>
            ${project === undefined ? undefined : projectLinks(project)}
          </nav>
          ${viewer === undefined ? undefined : signedIn(viewer)}
        </header>
        <main>${content}</main>
      </body>
    </html>`.html;
}

function projectLinks({ key, name }: { readonly key: string; readonly name: string }): Html {
  return html`<a href="/projects/${key}/issues">${name}</a>
    <a class="button primary" href="/projects/${key}/create">Create</a>`;
}

function signedIn(viewer: Viewer): Html {
  return html`<form class="who" method="post" action="/logout">
    ${csrfField(viewer.csrf)}
    <span>${viewer.displayName}</span>
    <button type="submit">Sign out</button>
  </form>`;
}

export function csrfField(csrf: string): Html {
  return html`<input type="hidden" name="csrf" value="${csrf}" />`;
}

/** What went wrong, where the person looks. */
export function problem(title: string, sentences: readonly string[]): Html {
  return html`<section class="problem" role="alert">
    <h2>${title}</h2>
    ${sentences.map((sentence) => html`<p>${sentence}</p>`)}
  </section>`;
}

/** A page that says one thing. */
export function messagePage(title: string, sentence: string, viewer?: Viewer): string {
  const content = html`<h1>${title}</h1>
    <p>${sentence}</p>
    <p><a href="/projects">Go to the projects</a></p>`;
  return layout(viewer === undefined ? { title, content } : { title, content, viewer });
}
