import { expect, test } from '@jest/globals';
import { ATTRIBUTES } from '#forge/entities';
import { ENTITIES } from '#wire/records';
import { manifestEntities } from '../support/forge-kvs';

test('the attributes that the adapter writes are those that the manifest declares', () => {
  const declared = Object.fromEntries(
    manifestEntities().map(({ name, attributes }) => [name, Object.keys(attributes).sort()]),
  );

  const written = Object.fromEntries(
    Object.entries(ATTRIBUTES).map(([name, names]) => [name, [...names, 'data'].sort()]),
  );

  expect(written).toEqual(declared);
});

test('every entity of the wire is declared in the manifest', () => {
  expect(manifestEntities().map(({ name }) => name)).toEqual(Object.keys(ENTITIES));
});
