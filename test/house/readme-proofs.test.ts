/** “What happens if…” in the README: every line names tests that there are. */
import { expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const CHAPTER = '## What happens if…\n';

/** The lines of the chapter's table: what happens, and the titles that prove it. */
function lines(): readonly { readonly what: string; readonly titles: readonly string[] }[] {
  const readme = readFileSync('README.md', 'utf8');
  const from = readme.indexOf(CHAPTER);
  const chapter = readme.slice(from, readme.indexOf('\n## ', from + CHAPTER.length));
  const rows = chapter
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| …'));
  return rows.map((row) => {
    const [what = '', , proof = ''] = row.slice(2).split(' | ');
    return { what, titles: [...proof.matchAll(/`([^`]+)`/g)].map(([, title = '']) => title) };
  });
}

/** What is called `test`, or made by a table for it: no name of a group, and no other text. */
const TITLE = /(?<![\w.'"`])test(?:\.each\((?:(?!\btest\().)*?\))?\(\s*(['`])(.+?)\1,/gs;

/** A title that a table makes up whole would be any title. */
const OWN_WORDS_MIN = 20;

/** Every title in the tests, as a pattern: what a table fills in may be anything. */
function titles(): readonly RegExp[] {
  const files = readdirSync('test', { recursive: true, encoding: 'utf8' });
  const sources = files
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => readFileSync(join('test', file), 'utf8'));
  return sources.flatMap((source) =>
    [...source.matchAll(TITLE)]
      .map(([, , title = '']) => patternOf(title))
      .filter((pattern) => pattern.replaceAll('.+', '').length >= OWN_WORDS_MIN)
      .map((pattern) => new RegExp(`^${pattern}$`)),
  );
}

const patternOf = (title: string): string =>
  title
    .replace(/( \[[A-Z0-9-]+\])+$/, '')
    .split(/\$\{.+?\}|%[sd]|\$[a-z]+/)
    .map((words) => words.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
    .join('.+');

const known = titles();
const isKnown = (title: string): boolean => known.some((pattern) => pattern.test(title));

test('the name of a group, and a text that a test uses, are no titles', () => {
  expect(isKnown('an agent that the app answers as a stranger')).toBe(false);
  expect(isKnown('Interlock put this issue back')).toBe(false);
  expect(isKnown('the name of a group, and a text that a test uses, are no titles')).toBe(true);
});

test.each(lines())('what happens if $what is proved by tests that there are', ({ titles }) => {
  expect(titles).not.toEqual([]);
  expect(titles.filter((title) => !isKnown(title))).toEqual([]);
});

test('the chapter has a line for each of: agent dies, network is cut, key leaks, outcome unknown, two agents, clock wrong', () => {
  const words = lines().map(({ what }) => what);
  const wanted = [/killed/, /network/, /key leaks/, /nobody knows/, /two agents/, /clock/];
  expect(wanted.filter((pattern) => !words.some((what) => pattern.test(what)))).toEqual([]);
});
