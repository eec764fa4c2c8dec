import { type Clause, parseJql, type Parsing, type Term } from '../jql/parse';
import type { Project } from '../projects';

/** What somebody typed into the search of a project: JQL where it has an operator, words of the summary otherwise. */
export function typedSearch(project: Project, asked: string): Parsing {
  const parsing = parseJql(asked);
  if (parsing.kind === 'query') return { kind: 'query', query: within(project, parsing.query) };
  if (looksLikeJql(asked)) return parsing;
  const words = term('summary', '~', asked);
  return { kind: 'query', query: within(project, { where: words, orderBy: [] }) };
}

type Query = (Parsing & { readonly kind: 'query' })['query'];

function within({ key }: Project, { where, orderBy }: Query): Query {
  const here: Clause = term('project', '=', key);
  return {
    where: where === undefined ? here : { kind: 'and', clauses: [here, where] },
    orderBy: orderBy.length > 0 ? orderBy : [{ field: 'updated', descending: true }],
  };
}

function term(field: string, operator: Term['operator'], text: string): Term {
  return { kind: 'term', field, operator, operands: [{ kind: 'text', text }] };
}

const looksLikeJql = (asked: string): boolean =>
  /[=~<>]|\bin\s*\(|\bis\s+(not\s+)?empty\b|\border\s+by\b/i.test(asked);
