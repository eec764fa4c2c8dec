/**
 * What is seen from a file alone. Rules that need types stand in .oxlintrc.json: oxlint asks TypeScript 7 for them,
 * in a sixth of the time.
 */
import tseslint from 'typescript-eslint';

/** `value!` silences the compiler, so the reason stands beside it: on its line or on the line above. */
const explainNonNull = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { unexplained: 'Say in a comment beside it why this cannot be undefined.' },
  },
  create({ sourceCode, report }) {
    const commentedLines = new Set(
      sourceCode.getAllComments().flatMap(({ loc }) => [loc.end.line, loc.end.line + 1]),
    );
    return {
      TSNonNullExpression(node) {
        if (!commentedLines.has(node.loc.end.line)) report({ node, messageId: 'unexplained' });
      },
    };
  },
};

const house = { rules: { 'explain-non-null': explainNonNull } };

const noDefaultExport = {
  selector: 'ExportDefaultDeclaration',
  message: 'Export by name, so that a thing has one name everywhere.',
};
const noBarrel = {
  selector: 'ExportAllDeclaration, ExportNamedDeclaration[source]',
  message:
    'Import from the file that holds it; only src/index.ts and local/services/index.ts gather.',
};
const noHiddenNow = {
  selector:
    "CallExpression[arguments.length=0][callee.property.name=/^format(ToParts)?$/], NewExpression[callee.name='Date'][arguments.length=0]",
  message: 'This reads the clock. Time arrives as a parameter.',
};

const notPure = (names, remedy) => names.map((name) => ({ name, message: remedy }));
const outsideWorld = notPure(
  ['fetch', 'process', 'crypto', 'console', 'performance', 'global', 'globalThis', 'queueMicrotask']
    .concat(['setTimeout', 'setInterval', 'setImmediate'])
    .concat(['clearTimeout', 'clearInterval', 'clearImmediate']),
  'The outside world arrives as a parameter.',
);
const noChance = [
  { object: 'Math', property: 'random', message: 'Chance arrives as a parameter.' },
  { object: 'Date', property: 'now', message: 'Time arrives as a parameter.' },
];

export default tseslint.config(
  {
    ignores: [
      '**/dist/',
      'static/*/build/',
      'coverage/',
      'reports/',
      '.cache/',
      '.interlock/',
      'resources/',
    ],
  },
  // No line of ours switches a rule off: what is wrong with a rule is said in this file.
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'off' } },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strict],
    plugins: { house },
    rules: {
      eqeqeq: 'error',
      'no-restricted-syntax': ['error', noDefaultExport, noBarrel],
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '\\.\\./(.*/)?src/(core|wire|app|forge)/',
              message: 'Across folders of src, import #core/…, #wire/…, #app/… or #forge/….',
            },
          ],
        },
      ],
      // The last two: oxlint would heed a line that switches a rule off.
      'no-warning-comments': [
        'error',
        {
          terms: ['todo', 'fixme', 'xxx', 'oxlint-disable', 'eslint-disable'],
          location: 'anywhere',
        },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'never' }],
      'house/explain-non-null': 'error',
      // The house allows `!` where a comment says why; explain-non-null checks that.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    },
  },
  {
    // Pure rules: the same facts give the same answer, wherever and whenever they run. Intl is allowed.
    files: ['src/core/**/*.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...outsideWorld,
        { name: 'Date', message: 'Use epoch milliseconds and Intl.DateTimeFormat.' },
      ],
      'no-restricted-properties': ['error', ...noChance],
      'no-restricted-syntax': ['error', noDefaultExport, noBarrel, noHiddenNow],
    },
  },
  {
    // Use cases and messages see time and chance through ports; `new Date(milliseconds)` only converts.
    files: ['src/app/**/*.ts', 'src/wire/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', ...outsideWorld],
      'no-restricted-properties': ['error', ...noChance],
      'no-restricted-syntax': ['error', noDefaultExport, noBarrel, noHiddenNow],
    },
  },
  {
    // The two tables of contents.
    files: ['src/index.ts', 'local/services/index.ts'],
    rules: { 'no-restricted-syntax': ['error', noDefaultExport] },
  },
  {
    // Tools that want a default export.
    files: ['**/*.config.ts'],
    rules: { 'no-restricted-syntax': ['error', noBarrel] },
  },
  {
    files: ['test/**/*.{ts,tsx}'],
    rules: {
      // A test may say what it expects an answer to be: when it is wrong, the test goes red.
      '@typescript-eslint/consistent-type-assertions': 'off',
    },
  },
);
