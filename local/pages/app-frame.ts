import { html, type Html } from './html';

/** A page of the app inside a page of the site. */
export interface AppFrame {
  readonly moduleKey: string;
  readonly title: string;
  /** Address of a picture of the app's own. */
  readonly icon?: string;
  /** Key of the resource to show. */
  readonly resource: string;
  /** Origin of the app's pages. */
  readonly origin: string;
  readonly issueKey?: string;
  readonly projectKey?: string;
}

/** As Forge has them. Source: developer.atlassian.com/platform/forge/custom-ui/iframe. */
const SANDBOX =
  'allow-downloads allow-forms allow-modals allow-pointer-lock allow-same-origin allow-scripts';
const ALLOW = 'camera; clipboard-write; display-capture; fullscreen; microphone';

/** The frame is empty until the page's script listens to it. */
export function appFrame(frame: AppFrame): Html {
  const { moduleKey, title, resource, origin, issueKey, projectKey } = frame;
  const issue = issueKey === undefined ? undefined : html` data-issue="${issueKey}"`;
  const project = projectKey === undefined ? undefined : html` data-project="${projectKey}"`;
  return html`<iframe
    class="app"
    title="${title}"
    sandbox="${SANDBOX}"
    allow="${ALLOW}"
    data-module="${moduleKey}"
    data-resource="${resource}"
    data-origin="${origin}"
    ${issue}
    ${project}
  ></iframe>`;
}

/** A frame under its title, as an issue shows its panels. */
export function appPanel(frame: AppFrame): Html {
  return html`<section class="panel" aria-label="${frame.title}">
    <h2>
      ${
        frame.icon === undefined
          ? undefined
          : html`<img src="${frame.icon}" alt="" width="16" height="16" />`
      }
      ${frame.title}
    </h2>
    ${appFrame(frame)}
  </section>`;
}
