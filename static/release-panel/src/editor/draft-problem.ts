/** What can be said about a draft before anything is sent; the app judges the rest. */
import type { Draft, DraftChange, DraftScript, DraftSite } from './draft';

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const NAME_WORDS = '1 to 64 letters, digits, dots, dashes or underscores';
const DIGEST = /^[0-9a-f]{64}$/i;

/** One sentence about one field. */
export interface Problem {
  /** The key of the script, change or site; empty: the draft as a whole. */
  readonly of: string;
  readonly field: string;
  readonly words: string;
}

/** Everything that is wrong, from the top of the form to its end. */
export function draftProblems({ scripts, changes, sites }: Draft): readonly Problem[] {
  if (scripts.length + changes.length + sites.length === 0) {
    const words = 'The release carries nothing; add a script, a configuration change or a site.';
    return [{ of: '', field: '', words }];
  }
  return [
    ...sites.flatMap((site, index) => of(site.key, siteProblems(site, `Site ${index + 1}`))),
    ...scripts.flatMap((script, index) =>
      of(script.key, scriptProblems(script, `Script ${index + 1}`)),
    ),
    ...changes.flatMap((change, index) =>
      of(change.key, changeProblems(change, `Configuration change ${index + 1}`)),
    ),
  ];
}

/** What is said of one part's field; undefined when nothing is. */
export const problemOf =
  (problems: readonly Problem[], key: string) =>
  (field: string): string | undefined =>
    problems.find((problem) => problem.of === key && problem.field === field)?.words;

type Found = readonly [field: string, words: string | undefined];

const of = (key: string, found: readonly Found[]): readonly Problem[] =>
  found.flatMap(([field, words]) => (words === undefined ? [] : [{ of: key, field, words }]));

const unless = (isRight: boolean, words: string): string | undefined =>
  isRight ? undefined : words;

const isName = (text: string): boolean => NAME.test(text.trim());

const scriptProblems = (script: DraftScript, which: string): readonly Found[] => [
  ['name', unless(script.name.trim() !== '', `${which} has no name; give it one.`)],
  ['database', unless(isName(script.database), `${which} needs a database of ${NAME_WORDS}.`)],
  ['text', unless(hasText(script.text), `${which} has no text; write or upload it.`)],
  [
    'undo',
    unless(
      script.undo === null || hasText(script.undo),
      `${which} has an empty undo text; write it or take it out.`,
    ),
  ],
];

const hasText = (text: DraftScript['text']): boolean => text.kind !== 'written' || text.text !== '';

const changeProblems = (change: DraftChange, which: string): readonly Found[] => [
  ...(['centre', 'application', 'namespace'] as const).map((name): Found => [
    name,
    unless(
      isName(change[name]),
      `${which} needs ${name === 'application' ? 'an' : 'a'} ${name} of ${NAME_WORDS}.`,
    ),
  ]),
  ['keys', keysProblem(change.keys, which)],
];

function keysProblem(keys: DraftChange['keys'], which: string): string | undefined {
  if (keys.kind === 'stored') return undefined;
  const { rows } = keys;
  if (rows.length === 0) return `${which} changes no key; add one.`;
  const names = rows.map(({ name }) => name.trim());
  if (names.includes('')) return `${which} has a key without a name; write it or take it out.`;
  if (new Set(names).size < names.length) return `${which} names one key twice; name each once.`;
  if (rows.some(({ isSecret, value }) => isSecret && value.trim() === '')) {
    return `${which} has a secret without a name; write the name it has at the agent.`;
  }
  return undefined;
}

const siteProblems = (site: DraftSite, which: string): readonly Found[] => [
  ['site', unless(isName(site.site), `${which} needs a name of ${NAME_WORDS}.`)],
  ['version', unless(isName(site.version), `${which} needs a version of ${NAME_WORDS}.`)],
  [
    'batchSize',
    unless(
      /^([1-9]\d{0,4})?$/.test(site.batchSize.trim()),
      `${which} needs a whole number as its batch size, or none.`,
    ),
  ],
  [
    'artifactSha256',
    unless(
      DIGEST.test(site.artifactSha256.trim()),
      `${which} needs the SHA-256 of its package: 64 hex digits; choose the file to have it worked out.`,
    ),
  ],
];
