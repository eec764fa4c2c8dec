/** A project's settings as the app shows them. */
import type { SettingsView } from '#wire/page';

const host = (number: number, room: string) => ({
  id: `web-sh-0${number}`,
  name: `web-sh-0${number}`,
  address: `10.12.4.1${number}`,
  sshPort: 22,
  room,
});

const place = (hosts: number) => ({
  hosts: Array.from({ length: hosts }, (_, index) =>
    host(index + 1, index < 2 ? 'Shanghai A' : 'Shanghai B'),
  ),
  basePath: '/srv/storefront',
  servicePort: 8080,
  healthPath: '/healthz',
  versionPath: '/version',
});

export const PROJECT: SettingsView = {
  project: '10001',
  workflowInstalled: true,
  policy: {
    version: 3,
    environments: [
      { id: 'SIT', approvals: [], starters: 'testers' },
      { id: 'UAT', approvals: [], starters: 'testers' },
      {
        id: 'STAGE',
        approvals: [{ label: 'Leader', count: 1, from: { kind: 'leaders' } }],
        starters: 'leaders',
      },
      {
        id: 'PROD',
        approvals: [
          { label: 'Leader', count: 1, from: { kind: 'leaders' } },
          {
            label: 'Product',
            count: 1,
            from: { kind: 'accounts', accountIds: ['5b-chen', '5b-wang'] },
          },
          { label: 'Quality', count: 2, from: { kind: 'group', groupId: '7c1d-quality' } },
        ],
        starters: 'leaders',
      },
    ],
    testers: ['5b-chen'],
    dbas: ['5b-wang'],
    operators: ['5b-lee', '5b-zhang'],
  },
  sites: [
    {
      id: 'storefront-web',
      name: 'Storefront',
      appType: 'generic',
      packageName: 'storefront-web',
      store: 'main',
      leader: '5b-lee',
      backup: '5b-zhang',
      environments: { SIT: place(1), UAT: place(3), PROD: place(4) },
    },
    {
      id: 'order-service',
      name: 'Order service',
      appType: 'generic',
      packageName: 'order-service',
      store: 'main',
      leader: '5b-zhang',
      environments: { SIT: place(1) },
    },
  ],
  agents: [
    {
      agentId: 'agent-1',
      name: 'sh-a-agent-1',
      state: 'active',
      environments: ['SIT', 'UAT'],
      group: null,
      rooms: null,
      // Far in the future, so that it is online whenever the test runs.
      lastSeen: 4_000_000_000,
      agentVersion: '0.1.0',
      fingerprint: '9f2c 41aa b41e 77d0',
      trouble: null,
    },
    {
      agentId: 'agent-2',
      name: 'sh-b-agent-1',
      state: 'pending',
      environments: ['PROD'],
      group: 'finance',
      rooms: ['Shanghai A', 'Shanghai B'],
      lastSeen: 1_795_183_200,
      agentVersion: '0.1.0',
      fingerprint: '1b7e 02cd 9a44 f0e3',
      trouble: null,
    },
    {
      agentId: 'agent-3',
      name: 'old-agent',
      state: 'revoked',
      environments: ['SIT'],
      group: null,
      rooms: null,
      lastSeen: 1_795_000_000,
      agentVersion: '0.1.0',
      fingerprint: 'aaaa bbbb cccc dddd',
      trouble: null,
    },
  ],
  agentUrl: 'http://127.0.0.1:2990/public/0d3f6f5a',
};
