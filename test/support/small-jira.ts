/** The smallest Jira that Local Jira's Forge half can be tested with: two people, one issue, and a record of calls. */
import type {
  Actor,
  JiraParts,
  JiraService,
  ServiceRequest,
  ServiceResponse,
} from '../../local/services/service';

export interface SmallJira extends JiraService {
  readonly parts: JiraParts;
  /** What reached it through `/rest/…`. */
  readonly requests: ServiceRequest[];
  /** What it answers; a test may replace it. */
  answer: (request: ServiceRequest) => Promise<ServiceResponse>;
}

const PEOPLE: ReadonlyMap<string, string> = new Map([
  [basic('admin@example.com', 'local-admin'), 'account-admin'],
  [basic('dev@example.com', 'local-dev'), 'account-dev'],
]);

/** A header that signs that person in. */
function basic(email: string, token: string): string {
  return `Basic ${Buffer.from(`${email}:${token}`).toString('base64')}`;
}

export const ADMIN = { authorization: basic('admin@example.com', 'local-admin') };
export const DEV = { authorization: basic('dev@example.com', 'local-dev') };

export function createSmallJira(parts: JiraParts): SmallJira {
  const jira: SmallJira = {
    parts,
    requests: [],
    answer: async () => ({ status: 200, body: { key: 'REL-1' } }),
    async handle(request) {
      jira.requests.push(request);
      return jira.answer(request);
    },
    authenticate(headers): Actor {
      const accountId = PEOPLE.get(headers['authorization'] ?? '');
      return accountId === undefined
        ? { kind: 'anonymous' }
        : { kind: 'user', accountId, throughApp: false };
    },
    isAdmin: (accountId) => accountId === 'account-admin',
    locate: (accountId, { issueKey }) =>
      accountId === 'account-dev' && issueKey === 'REL-2'
        ? { kind: 'hidden' }
        : {
            kind: 'found',
            context: {
              ...(issueKey && {
                issue: { id: '10001', key: issueKey, type: 'Release', typeId: '1' },
              }),
              project: { id: '10000', key: 'REL', type: 'software' },
            },
          },
    stop: () => undefined,
  };
  return jira;
}
