/** What `npm start` tells a newcomer: where to go, as whom, and what to click. */

const PEOPLE = [
  ['dev', 'writes releases and submits them'],
  ['dba', 'reviews SQL and may run it'],
  ['tester', 'starts releases in SIT and UAT, runs reviewed SQL there, promotes'],
  ['leader', 'starts anywhere, approves STAGE and PROD, rolls back; backup is the second one'],
  ['po', 'approves PROD as product owner'],
  ['ops', 'applies configuration by hand, runs reviewed SQL, leads releases without a site'],
  ['admin', 'settings: sites, hosts, agents, policy, workflow'],
] as const;

export interface Keys {
  readonly deployed: string;
  readonly ready: string;
  readonly waiting: string;
  readonly broken: string;
}

/** Where it is, and as whom to enter. */
export const peopleLines = (siteUrl: string): readonly string[] => [
  '',
  `Interlock is ready at ${siteUrl}. Sign in with a click, or with a password, which is the API token too:`,
  ...PEOPLE.map(
    ([name, does]) => `  ${`${name}@example.com`.padEnd(20)}${`local-${name}`.padEnd(14)}${does}`,
  ),
];

/** The way through the releases that the first start has made. */
export const nextLines = (keys: Keys): readonly string[] => [
  'What to click next:',
  `  1. ${keys.ready} is ready, its SQL reviewed. As tester: Start, then Submit SQL. It ends in Deployed in SIT.`,
  '     Promote leads it to UAT (Start, Submit SQL) and on to STAGE, where leader has to Approve and Start.',
  `  2. ${keys.waiting} waits for the DBA. As dba: approve the script in the panel, then click Submit SQL.`,
  `  3. ${keys.broken} never gets healthy. As dev: Submit. As leader: Start. It stops at the first of three hosts;`,
  '     then Roll back or Iterate.',
  `  ${keys.deployed} is what runs in SIT now; its page holds the whole story.`,
];

/** After the first start only the issues know where the releases stand. */
export const KEPT_LINES: readonly string[] = ['The releases stand where you left them.'];

export const placeLines = (
  places: readonly { readonly environment: string; readonly url: string }[],
): readonly string[] => [
  `The shop, once deployed: ${places.map(({ environment, url }) => `${environment} ${url}`).join(', ')}`,
  'Ctrl+C ends everything and keeps it; npm start goes on from there, npm start -- --reset begins anew.',
];
