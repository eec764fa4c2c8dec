import type { AgentRecord } from '#wire/records';
import type { ListQuery, Store } from './ports';

/** Agents in one page of the list. */
const PAGE = 90;

/** All agents that the project has ever had, the most recently seen first: one that is silent may be the one that is looked for. */
export async function agentsOf(store: Store, project: string): Promise<readonly AgentRecord[]> {
  const found: AgentRecord[] = [];
  let after: Pick<ListQuery, 'cursor'> | undefined = {};
  while (after) {
    const query: ListQuery = {
      index: 'by-project',
      partition: [project],
      order: 'descending',
      limit: PAGE,
      ...after,
    };
    const { rows, cursor } = await store.list('agent', query);
    found.push(...rows.map(({ record }) => record));
    after = cursor === undefined ? undefined : { cursor };
  }
  return found;
}
