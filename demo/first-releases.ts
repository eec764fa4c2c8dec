/** The releases that a newcomer finds: one deployed, one ready to start, one that waits for the DBA, one that is broken. */
import type { WrittenChange, WrittenCode, WrittenRelease } from './release-content';
import type { SamplePackage } from './sample-package';

const CREATE_PRODUCTS = `CREATE TABLE product (
  id serial PRIMARY KEY,
  name text NOT NULL UNIQUE,
  price_cents integer NOT NULL
);
INSERT INTO product (name, price_cents) VALUES ('Lantern', 1900), ('Rope', 700);
`;

/** Stands on nothing that another release made: it may be the first that an environment sees. */
const CREATE_STOCK = `CREATE TABLE stock (
  product text PRIMARY KEY,
  pieces integer NOT NULL CHECK (pieces >= 0)
);
INSERT INTO stock (product, pieces) VALUES ('Lantern', 12);
INSERT INTO stock (product, pieces) VALUES ('Rope', 40);
`;

const CREATE_ORDERS = `CREATE TABLE purchase (
  id serial PRIMARY KEY,
  product text NOT NULL REFERENCES stock (product),
  pieces integer NOT NULL CHECK (pieces > 0)
);
CREATE INDEX purchase_product ON purchase (product);
`;

const CREATE_SALES = `CREATE TABLE sales_per_day (
  day date PRIMARY KEY,
  revenue_cents bigint NOT NULL
);
`;

const greeting = (id: string, common: string): readonly WrittenChange[] => [
  {
    id,
    application: 'shop',
    namespace: 'shop.json',
    set: { greeting: { '*': common, SIT: `${common} (SIT)` } },
  },
];

const shop = (made: SamplePackage | undefined): readonly WrittenCode[] => {
  if (!made) throw new Error('The demo needs three packages.');
  return [{ site: 'shop', version: made.version, artifactSha256: made.sha256, batchSize: 1 }];
};

export interface FirstRelease {
  readonly id: 'deployed' | 'ready' | 'waiting' | 'broken';
  readonly summary: string;
  readonly content: WrittenRelease;
}

/** The first releases in the order in which they are made. */
export const firstReleases = (packages: readonly SamplePackage[]): readonly FirstRelease[] => [
  {
    id: 'deployed',
    summary: 'Shop 1.0.0: products',
    content: {
      sql: [
        {
          id: 'products',
          database: 'shop',
          name: '01 products',
          text: CREATE_PRODUCTS,
          undo: 'DROP TABLE product;\n',
        },
      ],
      config: greeting('greeting', 'Welcome to the shop'),
      code: shop(packages[0]),
    },
  },
  {
    id: 'ready',
    summary: 'Shop 1.1.0: stock and orders',
    content: {
      sql: [
        {
          id: 'stock',
          database: 'shop',
          name: '02 stock',
          text: CREATE_STOCK,
          undo: 'DROP TABLE stock;\n',
        },
        {
          id: 'orders',
          database: 'shop',
          name: '03 orders',
          text: CREATE_ORDERS,
          undo: 'DROP TABLE purchase;\n',
        },
      ],
      config: greeting('greeting', 'Order today, sail tomorrow'),
      code: shop(packages[1]),
    },
  },
  {
    id: 'waiting',
    summary: 'Reports: sales per day',
    content: {
      sql: [
        {
          id: 'sales',
          database: 'reports',
          name: '01 sales per day',
          text: CREATE_SALES,
          undo: 'DROP TABLE sales_per_day;\n',
        },
      ],
    },
  },
  {
    id: 'broken',
    summary: 'Shop 1.2.0: a version that never gets healthy',
    content: { code: shop(packages[2]) },
  },
];
