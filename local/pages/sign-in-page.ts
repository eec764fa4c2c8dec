import { html } from './html';
import { layout, problem } from './layout';

export interface SignInPage {
  /** People whom one may choose without typing. */
  readonly people: readonly { readonly email: string; readonly displayName: string }[];
  /** The page to go to afterwards. */
  readonly next: string;
  readonly problem?: string;
}

/** Choose a person, or sign in with an e-mail address and an API token. */
export function signInPage(page: SignInPage): string {
  return layout({
    title: 'Sign in',
    content: html`<h1>Sign in</h1>
      ${page.problem === undefined ? undefined : problem('Not signed in', [page.problem])}
      <section>
        <h2>As one of the people of this stand-in</h2>
        <form class="people" method="post" action="/login">
          <input type="hidden" name="next" value="${page.next}" />
          ${page.people.map(
            ({ email, displayName }) =>
              html`<button type="submit" name="person" value="${email}">
                <strong>${displayName}</strong> <span>${email}</span>
              </button>`,
          )}
        </form>
      </section>
      <section>
        <h2>With an API token</h2>
        <form class="fields" method="post" action="/login">
          <input type="hidden" name="next" value="${page.next}" />
          <label>E-mail <input name="email" type="email" autocomplete="username" required /></label>
          <label>
            API token
            <input name="token" type="password" autocomplete="current-password" required />
          </label>
          <button class="primary" type="submit">Sign in</button>
        </form>
      </section>`,
  });
}
