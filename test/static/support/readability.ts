/** What a person could not read or name on a page: too little contrast, controls without a name. */
import type { Page } from '@playwright/test';
import { z } from 'zod';

/** WCAG 2.2, 1.4.3: 4.5 to 1 for text of our sizes; what is switched off is exempt. */
const CONTRAST_MIN = 4.5;

// Runs in the page, so it is a text: tests are checked without the browser's types.
const LOOK = `(() => {
  // A button that has just been opened is still on its way to its colours.
  for (const animation of document.getAnimations()) {
    if (animation.effect?.getTiming().iterations !== Infinity) animation.finish();
  }
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 1;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const paint = (colors) => {
    context.clearRect(0, 0, 1, 1);
    for (const color of colors) {
      context.fillStyle = color;
      context.fillRect(0, 0, 1, 1);
    }
    return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const luminance = (rgb) => {
    const [red, green, blue] = rgb.map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const backgrounds = (element) => {
    const colors = [];
    for (let each = element; each; each = each.parentElement) {
      colors.unshift(getComputedStyle(each).backgroundColor);
    }
    return ['white', ...colors];
  };
  const problems = [];
  for (const element of document.body.querySelectorAll('*')) {
    const texts = [...element.childNodes].filter(({ nodeType }) => nodeType === 3);
    const words = texts.map(({ data }) => data).join('').trim();
    const box = element.getBoundingClientRect();
    if (words === '' || box.width < 2 || box.height < 2) continue;
    if (element.closest(':disabled, [aria-hidden=true], svg, option')) continue;
    const behind = backgrounds(element);
    const [text, ground] = [paint([...behind, getComputedStyle(element).color]), paint(behind)];
    const [high, low] = [luminance(text), luminance(ground)].sort((a, b) => b - a);
    const contrast = (high + 0.05) / (low + 0.05);
    if (contrast < ${CONTRAST_MIN}) problems.push(contrast.toFixed(2) + ' to 1: ' + words);
  }
  for (const control of document.querySelectorAll('button, input, select, textarea, summary')) {
    const label = control.labels?.[0]?.textContent ?? '';
    const name = control.getAttribute('aria-label') ?? '';
    const by = document.getElementById(control.getAttribute('aria-labelledby') ?? '');
    const named = [label, name, by?.textContent ?? '', control.textContent];
    const isField = control.matches('input, select, textarea');
    if (named.slice(0, isField ? 3 : 4).every((text) => text.trim() === '')) {
      problems.push('no name: ' + control.outerHTML.slice(0, 120));
    }
  }
  return problems;
})()`;

export const unreadable = async (page: Page): Promise<readonly string[]> =>
  z.array(z.string()).parse(await page.evaluate(LOOK));
