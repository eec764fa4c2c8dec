/** A binary heap: the smallest comes out first. */
export interface Heap<Item> {
  push(item: Item): void;
  pop(): Item | undefined;
}

export function createHeap<Item>(compare: (left: Item, right: Item) => number): Heap<Item> {
  const items: Item[] = [];
  // Indexes below are always inside the array.
  const at = (index: number): Item => items[index]!;

  const swap = (left: number, right: number): void => {
    const kept = at(left);
    items[left] = at(right);
    items[right] = kept;
  };

  return {
    push: (item) => {
      items.push(item);
      for (let child = items.length - 1; child > 0;) {
        const parent = (child - 1) >> 1;
        if (compare(at(parent), at(child)) <= 0) return;
        swap(parent, child);
        child = parent;
      }
    },
    pop: () => {
      const smallest = items[0];
      const last = items.pop();
      if (last === undefined || items.length === 0) return smallest;
      items[0] = last;
      for (let parent = 0; ;) {
        let least = parent;
        for (const child of [2 * parent + 1, 2 * parent + 2]) {
          if (child < items.length && compare(at(child), at(least)) < 0) least = child;
        }
        if (least === parent) return smallest;
        swap(least, parent);
        parent = least;
      }
    },
  };
}
