/** Bounded concurrency. */

/**
 * Works on the items in their order, at most `limit` at a time. After a result that says no, nothing
 * further begins; what is under way ends. Results stand in the items' order; what did not begin has none.
 */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<Result>,
  goOn: (result: Result) => boolean,
): Promise<readonly Result[]> {
  const results = new Map<number, Result>();
  let next = 0;
  let open = true;
  const worker = async (): Promise<void> => {
    while (open && next < items.length) {
      const index = next;
      next += 1;
      // `index` is below the length.
      const result = await work(items[index]!);
      results.set(index, result);
      if (!goOn(result)) open = false;
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return [...results.entries()].sort(([left], [right]) => left - right).map(([, result]) => result);
}
