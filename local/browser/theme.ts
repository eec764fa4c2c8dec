/** Light or dark, as the site's page has it. */

const systemDark = window.matchMedia('(prefers-color-scheme: dark)');

/** As in `theme` of FullContext, @forge/bridge 7.2.0. */
export function siteTheme() {
  const chosen = document.documentElement.dataset['colorMode'];
  const isDark = chosen === undefined ? systemDark.matches : chosen === 'dark';
  return {
    colorMode: isDark ? 'dark' : 'light',
    light: 'light',
    dark: 'dark',
    shape: 'shape',
    spacing: 'spacing',
    typography: 'typography',
  } as const;
}

export function onThemeChange(tell: () => void): void {
  systemDark.addEventListener('change', tell);
}
