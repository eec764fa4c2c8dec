/** Atlassian's design tokens as one style sheet, which the bridge mounts in a page that enables theming. */
import getThemeStyles from '@atlaskit/tokens/get-theme-styles';

/** The themes that a page of Jira has; names as in the theme of FullContext. */
const THEMES = {
  colorMode: 'auto',
  light: 'light',
  dark: 'dark',
  shape: 'shape',
  spacing: 'spacing',
  typography: 'typography',
} as const;

export async function themeStyles(): Promise<Buffer> {
  shutGates();
  const styles = await getThemeStyles(THEMES);
  return Buffer.from(styles.map(({ css }) => css).join('\n'));
}

/** Experiments of Atlassian's products; unanswered, each is a warning. Source: @atlaskit/platform-feature-flags, resolvers.js. */
function shutGates(): void {
  Object.assign(globalThis, { __PLATFORM_FEATURE_FLAGS__: { booleanResolver: () => false } });
}
