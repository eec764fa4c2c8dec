/** The indexes of an entity as the store uses them. */
import type { Entity } from '../../manifest';

export interface Index {
  readonly name: string;
  readonly partition: readonly string[];
  /** The attribute that is compared and sorted by; the record's own key where none is named. */
  readonly range: string | undefined;
}

/** The name of the index that every entity has. Source: storage-reference/entities-manifest, Key index. */
export const KEY_INDEX = 'by-key';

/** Declared indexes; a plain attribute name is an index of that name over that attribute. */
export function indexesOf(entity: Entity): readonly Index[] {
  return entity.indexes.map((index) =>
    typeof index === 'string'
      ? { name: index, partition: [], range: index }
      : { name: index.name, partition: index.partition ?? [], range: index.range?.[0] },
  );
}
