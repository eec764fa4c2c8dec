/** Who may import whom. Read bottom-up: core knows nobody; index knows the functions. Each rule has a planted violation in test/house/import-rules.test.ts. */

const OURS = '^(src|agent|local|static|demo|scripts|bench|test)/';
const PACKAGES = [
  'npm',
  'npm-dev',
  'npm-optional',
  'npm-peer',
  'npm-bundled',
  'npm-no-pkg',
  'npm-unknown',
];
const PACKAGES_AND_NODE = [...PACKAGES, 'core'];
const FORGE_TOOL_FILES = '^local/(bundle|manifest|csp|egress|lint)\\.ts$';
const FORGE_TOOLS = 'node_modules/@forge/(bundler|cli-shared|manifest|csp|egress|lint)/';

const layer = (name, from, allowed, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: from },
  to: { path: OURS, pathNot: allowed },
});

const rule = (name, comment, from, to) => ({ name, severity: 'error', comment, from, to });

module.exports = {
  forbidden: [
    rule(
      'no-circular',
      'Two files that need each other are one file, or three.',
      {},
      {
        circular: true,
      },
    ),
    rule('not-to-unresolvable', 'What is imported exists.', {}, { couldNotResolve: true }),
    rule(
      'no-orphans',
      'A file that imports nothing and that nobody imports does nothing.',
      { orphan: true, path: '^(src|agent|local|static|demo)/', pathNot: '\\.d\\.ts$' },
      {},
    ),

    layer(
      'core-imports-only-core',
      '^src/core/',
      ['^src/core/'],
      'The release rules must run anywhere, so they know nothing but themselves.',
    ),
    rule(
      'core-has-no-packages',
      'No npm package and no Node builtin in the core.',
      { path: '^src/core/' },
      { dependencyTypes: PACKAGES_AND_NODE },
    ),
    layer(
      'wire-imports-only-core',
      '^src/wire/',
      ['^src/(core|wire)/'],
      'Messages describe the core; they do not know who sends them.',
    ),
    rule(
      'wire-uses-zod-only',
      'The wire is schemas; signing and sending happen elsewhere.',
      { path: '^src/wire/' },
      { dependencyTypes: PACKAGES_AND_NODE, pathNot: 'node_modules/zod/' },
    ),
    layer(
      'app-imports-core-and-wire',
      '^src/app/',
      ['^src/(core|wire|app)/'],
      'Use cases see the outside world through ports.',
    ),
    rule(
      'app-has-no-packages',
      'What a use case needs from outside, it asks for in a port.',
      { path: '^src/app/' },
      { dependencyTypes: PACKAGES_AND_NODE },
    ),
    layer(
      'forge-implements-ports',
      '^src/forge/',
      ['^src/(core|wire|app|forge)/'],
      'Adapters implement ports; they never call a function handler.',
    ),
    layer(
      'functions-are-the-composition-root',
      '^src/functions/',
      ['^src/(core|wire|app|forge|functions)/'],
      'A function joins use cases and adapters of the app, nothing else.',
    ),
    rule(
      'one-function-does-not-import-another',
      'What two functions share is a use case.',
      { path: '^src/functions/([^/]+)\\.ts$' },
      { path: '^src/functions/', pathNot: '^src/functions/$1\\.ts$' },
    ),
    layer(
      'index-is-a-table-of-contents',
      '^src/index\\.ts$',
      ['^src/functions/'],
      'src/index.ts names one export per function of the manifest, and does nothing.',
    ),
    rule(
      'only-crypto-from-node',
      'Adapters reach the world through Forge; crypto signs and compares secrets.',
      { path: '^src/(forge|functions)/' },
      { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    ),
    rule(
      'adapters-use-forge-and-zod-only',
      'Every package in the bundle is start-up time of every function.',
      { path: '^src/(forge|functions)/' },
      {
        dependencyTypes: PACKAGES,
        pathNot: ['node_modules/@forge/(?!bridge/)', 'node_modules/zod/'],
      },
    ),

    rule(
      'forge-sdk-only-in-adapters',
      'The SDK belongs to src/forge and src/functions; whoever else needs it asks a port.',
      {
        pathNot: [
          '^src/(forge|functions)/',
          '^static/[^/]+/src/api/',
          FORGE_TOOL_FILES,
          '^test/',
          'node_modules/',
        ],
      },
      { path: 'node_modules/@forge/' },
    ),
    rule(
      'page-api-uses-the-bridge-only',
      'A page reaches Forge through the bridge, in one folder.',
      { path: '^static/[^/]+/src/api/' },
      { path: 'node_modules/@forge/', pathNot: 'node_modules/@forge/bridge/' },
    ),
    rule(
      'local-host-uses-forge-tools-only',
      'The SDK is emulated from below, never imported.',
      { path: FORGE_TOOL_FILES },
      { path: 'node_modules/@forge/', pathNot: FORGE_TOOLS },
    ),

    layer(
      'pages-import-core-and-wire',
      '^static/([^/]+)/',
      ['^src/(core|wire)/', '^static/($1|shared)/'],
      'A page calls its resolver; besides static/shared it imports no other page, and no backend code.',
    ),
    rule(
      'pages-take-only-types-from-wire',
      'Answers come from our own resolver; a page need not carry zod.',
      { path: '^static/' },
      { path: '^src/wire/', dependencyTypesNot: ['type-only'] },
    ),
    layer(
      'agent-imports-core-and-wire',
      '^agent/',
      ['^src/(core|wire)/', '^agent/'],
      'The agent meets the app only through the wire.',
    ),
    layer(
      'local-host-does-not-know-the-app',
      '^local/',
      ['^local/'],
      'The host runs the app from manifest.yml, as Forge does; importing the app would let it cheat.',
    ),
    rule(
      'services-do-not-import-each-other',
      'A service meets another one only through local/services/service.ts and the host that joins them.',
      { path: '^local/services/([^/]+)/' },
      {
        path: '^local/services/',
        pathNot: ['^local/services/$1/', '^local/services/service\\.ts$'],
      },
    ),
    layer(
      'demo-speaks-http',
      '^demo/',
      ['^demo/'],
      'The demo starts programs and sets them up through the calls that a browser makes.',
    ),
    rule(
      'product-does-not-import-tests',
      'Nothing that ships knows its tests.',
      { path: '^(src|agent|local|static|demo|scripts)/' },
      { path: '^(test|bench)/' },
    ),
    rule(
      'product-does-not-import-scripts',
      'Scripts keep the house; the product runs without them.',
      { path: '^(src|agent|local|static|demo)/' },
      { path: '^scripts/' },
    ),
    rule(
      'not-to-dev-dependency',
      'What runs at a customer is a dependency, not a development tool.',
      { path: '^(src|agent|static/[^/]+/src)/' },
      { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    ),
    rule(
      'not-unreachable',
      'Dead code: neither the app, nor the agent, nor a page leads here.',
      { path: '^(src/index\\.ts|agent/main\\.ts|static/[^/]+/src/main\\.tsx)$' },
      { path: '^(src|agent)/', pathNot: '^(src/index|agent/main)\\.ts$', reachable: false },
    ),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    // What our builds write; a package's own dist/ must stay visible to the rules.
    exclude: { path: ['^(agent|local|demo)/dist/', '^static/[^/]+/(dist|build)/'] },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.cjs', '.mjs', '.json', '.d.ts'],
    },
  },
};
