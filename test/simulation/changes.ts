/** What simulated releases carry besides packages: scripts and configuration. */
import { hash } from 'node:crypto';
import { canonicalText } from '#core/canonical';
import type { ConfigChange, Content, SqlScript, TextRef } from '#core/content';
import { contentOf } from './cast';
import type { FakePackage } from './packages';
import { isAtDatabases, isInDoubt, isUnheard } from './shares';
import type { Sim } from './sim';

/** The database that every script of the simulation is for. */
const DATABASE = 'orders';

/** PostgreSQL makes this index in no transaction. */
export const BARE_WORDS = 'CREATE INDEX CONCURRENTLY';

/** A statement on this table fails. */
export const BROKEN_TABLE = 'lost_table';

/** Behind the statement that may come into doubt there is another one. */
const GOES_ON = `UPDATE orders SET c = 3;\n${BARE_WORDS} orders_c ON orders (c);\nUPDATE orders SET c = 4;`;

const TEXTS = [
  'UPDATE orders SET a = 1;\nUPDATE orders SET b = 2;',
  GOES_ON,
  `${BARE_WORDS} orders_d ON orders (d);`,
  `UPDATE orders SET e = 5;\nUPDATE ${BROKEN_TABLE} SET e = 5;`,
] as const;

const refOf = (text: string): TextRef => ({
  sha256: hash('sha256', text),
  bytes: Buffer.byteLength(text),
});

const SCRIPTS: readonly SqlScript[] = TEXTS.map((text, index) => ({
  id: `script-${String(index + 1)}`,
  database: DATABASE,
  name: `Script ${String(index + 1)}`,
  text: refOf(text),
}));

const FLAGS = canonicalText([
  { action: 'set', key: 'a', value: { kind: 'text', text: '1' } },
  { action: 'set', key: 'b', value: { kind: 'secret', name: 'orders-password' } },
]);

const BY_AGENT: ConfigChange = {
  id: 'limits',
  centre: 'files',
  application: 'settings',
  namespace: 'limits.properties',
  changes: refOf(FLAGS),
  keys: 2,
  byHand: false,
};

const BY_HAND: ConfigChange = {
  ...BY_AGENT,
  id: 'flags',
  centre: 'elsewhere',
  namespace: 'flags.properties',
  byHand: true,
};

/** Whether a script says exactly this somewhere. */
export const saysIn = (sha256: string, statement: string): boolean =>
  TEXTS.some((text) => refOf(text).sha256 === sha256 && text.includes(statement));

/** How many statements a script has. */
export const statementsIn = (sha256: string): number =>
  TEXTS.find((text) => refOf(text).sha256 === sha256)?.split(';\n').length ?? 0;

/** Packages always; scripts now and then, and configuration of either kind. */
export function drawContent(
  { chance, seed }: Pick<Sim, 'chance' | 'seed'>,
  sites: readonly string[],
  pack: FakePackage,
): Content {
  const content = contentOf(sites, pack);
  const first = firstScript({ chance, seed });
  const sql = SCRIPTS.slice(first, first + chance.between(1, 2));
  return { ...content, sql, config: [BY_AGENT, BY_HAND].filter(() => chance.happens(0.25)) };
}

/** Where the scripts of a content begin; behind the last one where it has none. */
function firstScript({ chance, seed }: Pick<Sim, 'chance' | 'seed'>): number {
  if (isInDoubt({ seed }) || isUnheard({ seed })) return TEXTS.indexOf(GOES_ON);
  const has = isAtDatabases({ seed }) || chance.happens(0.3);
  return has ? chance.below(SCRIPTS.length) : SCRIPTS.length;
}

/** The texts that a content names, as its author wrote them. */
export const textsOf = ({ sql, config }: Content): readonly string[] => {
  const named = [
    ...sql.map(({ text }) => text.sha256),
    ...config.map(({ changes }) => changes.sha256),
  ];
  return [...TEXTS, FLAGS].filter((text) => named.includes(refOf(text).sha256));
};
