/** Packages on the agent's own machine must not run as the one who keeps its keys. */
import { describe, expect, test } from '@jest/globals';
import { userInfo } from 'node:os';
import { parseConfig } from '../../../agent/config';
import { createHosts } from '../../../agent/host/connect-hosts';

/** Connects as an agent.yml with these words for this machine allows. */
function connect(words: object) {
  const text = JSON.stringify({
    url: 'http://127.0.0.1:1/x1/agent',
    stateDirectory: '/var/lib/interlock-agent',
    name: 'test agent',
    hosts: [
      {
        ...{ match: '127.0.0.1/32', transport: 'local', environments: ['SIT'] },
        ...{ basePath: '/srv', probePorts: [8080], ...words },
      },
    ],
  });
  const read = parseConfig(text, 'agent.yml');
  if (read.kind === 'invalid') throw new Error(read.sentence);
  const [rule] = read.config.hosts;
  if (rule === undefined) throw new Error('no rule');
  const host = { id: 'web-1', name: 'web-1', address: '127.0.0.1', sshPort: 22, room: 'A' };
  const helper = { text: '', digest: 'a'.repeat(64) };
  return createHosts(helper, read.config.limits, 'agent.yml').connect({ host, rule });
}

const refused = (sentence: RegExp) => ({
  kind: 'failed',
  failure: { class: 'permission', sentence: expect.stringMatching(sentence) },
});

describe('the way to the agent’s own machine', () => {
  test('is refused where nobody says as whom packages run', async () => {
    expect(await connect({})).toEqual(
      refused(
        /^agent\.yml: .* without runAs, .* could read its keys and secrets; name another user/,
      ),
    );
  });

  test('is open where agent.yml says that packages are trusted with all that the agent has', async () => {
    expect(await connect({ trustsPackages: true })).toMatchObject({ kind: 'connected' });
  });

  test('is refused as a user whom nobody lets the agent be', async () => {
    expect(await connect({ runAs: 'nobody-of-this-name' })).toEqual(
      refused(/^agent\.yml: runAs is nobody-of-this-name, and this agent may run nothing as /),
    );
  });

  test('is refused as the agent’s own user', async () => {
    // Where a machine lets nobody run sudo, that is the reason.
    expect(await connect({ runAs: userInfo().username })).toEqual(
      refused(
        /^agent\.yml: runAs is \S+, (which is (root|the agent's own user)|and this agent may)/,
      ),
    );
  });
});
