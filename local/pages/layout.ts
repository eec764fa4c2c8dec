import { html, type Html } from './html';

/** Light, dark, or as the person's system has it. */
export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** Somebody who signed in, as every page shows them. */
export interface Viewer {
  readonly accountId: string;
  readonly displayName: string;
  /** Goes into every form. */
  readonly csrf: string;
  readonly theme: Theme;
  /** The path of the page that they look at. */
  readonly path: string;
}

export interface PageLink {
  readonly path: string;
  readonly title: string;
}

/** The project that a page is in, with what its side bar leads to. */
export interface ProjectPlace {
  readonly key: string;
  readonly name: string;
  readonly links: readonly PageLink[];
}

export interface Page {
  readonly title: string;
  readonly viewer?: Viewer;
  readonly project?: ProjectPlace;
  readonly content: Html;
  /** What stands over the page until it is answered. */
  readonly dialog?: Html;
  /** The page holds frames of the app. */
  readonly hasFrames?: boolean;
}

/** One whole page of the site. */
export function layout({ title, viewer, project, content, dialog, hasFrames }: Page): string {
  const inert = dialog === undefined ? undefined : html` inert`;
  return html`<!doctype html>
    <html lang="en" ${colorMode(viewer)}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} - Local Jira</title>
        <link rel="icon" href="/secure/projectavatar?id=Local%20Jira" />
        <link rel="stylesheet" href="/site.css" />
        ${hasFrames === true ? html`<script src="/host-page.js" defer></script>` : undefined}
      </head>
      <body>
        <a class="skip" href="#content">Skip to the content</a>
        <p class="notice" role="note">
          Local Jira: a development and evaluation stand-in, not Atlassian's Jira.
        </p>
        <header class="top" ${inert}>
          <a class="brand" href="/projects"
            ><span class="mark" aria-hidden="true"></span>Local Jira</a
          >
          <nav aria-label="Site">
            <a href="/projects">Projects</a>
            ${
              project === undefined
                ? undefined
                : html`<a class="button primary" href="/projects/${project.key}/create">Create</a>`
            }
          </nav>
          ${viewer === undefined ? undefined : signedIn(viewer)}
        </header>
        <div class="${project === undefined ? 'body' : 'body with-side'}" ${inert}>
          ${project === undefined ? undefined : sideBar(project, viewer?.path ?? '')}
          <main id="content">${content}</main>
        </div>
        ${dialog}
      </body>
    </html>`.html;
}

/** What follows the system carries no attribute, so that the style sheet decides. */
function colorMode(viewer: Viewer | undefined): Html | undefined {
  if (viewer === undefined || viewer.theme === 'system') return undefined;
  return html` data-color-mode="${viewer.theme}"`;
}

function sideBar({ key, name, links }: ProjectPlace, path: string): Html {
  return html`<nav class="side" aria-label="Project">
    <p class="project">
      <img
        src="/secure/projectavatar?id=${encodeURIComponent(key)}"
        alt=""
        width="24"
        height="24"
      />
      <span><strong>${name}</strong><small>${key}</small></span>
    </p>
    <ul>
      ${links.map(
        (link) =>
          html`<li>
            ${
              link.path === path
                ? html`<a href="${link.path}" aria-current="page">${link.title}</a>`
                : html`<a href="${link.path}">${link.title}</a>`
            }
          </li>`,
      )}
    </ul>
  </nav>`;
}

function signedIn(viewer: Viewer): Html {
  return html`<form class="theme" method="post" action="/theme" aria-label="Colours">
      ${csrfField(viewer.csrf)}
      <input type="hidden" name="next" value="${viewer.path}" />
      ${THEMES.map(
        (theme) =>
          html`<button
            name="theme"
            value="${theme}"
            aria-pressed="${theme === viewer.theme ? 'true' : 'false'}"
          >
            ${theme === 'system' ? 'As the system' : theme === 'light' ? 'Light' : 'Dark'}
          </button>`,
      )}
    </form>
    <form class="who" method="post" action="/logout">
      ${csrfField(viewer.csrf)} ${avatar(viewer.accountId)}
      <span>${viewer.displayName}</span>
      <button type="submit">Sign out</button>
    </form>`;
}

/** The picture beside a name that is written out. */
export function avatar(accountId: string): Html {
  const source = `/secure/useravatar?id=${encodeURIComponent(accountId)}`;
  return html`<img class="avatar" src="${source}" alt="" width="24" height="24" />`;
}

export function csrfField(csrf: string): Html {
  return html`<input type="hidden" name="csrf" value="${csrf}" />`;
}

/** A form over the page it belongs to; Cancel leads back. */
export function dialogBox(title: string, content: Html): Html {
  return html`<div class="blanket">
    <div class="dialog" role="dialog" aria-modal="true" aria-labelledby="dialog-title">
      <h2 id="dialog-title">${title}</h2>
      ${content}
    </div>
  </div>`;
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
