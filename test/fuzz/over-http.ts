/** The agent's trigger at its address: the real bundle in Local Jira as a process, its store in SQLite. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AgentRequest } from '#app/agent-message';
import { EnrollAnswer } from '#wire/agent';
import { jiraAs, waitFor } from '../../demo/jira-client';
import { startLocalJira } from '../../demo/local-jira';
import { approve, createCode, provideProject, putPolicy, showSettings } from '../../demo/set-up';
import { makeKeys, signedRequest } from '../support/agent-caller';
import type { AgentKeys } from '../support/agent-caller';
import { freePort } from '../support/free-port';
import {
  genuineMessages,
  sharesOf,
  signedNonsense,
  spoiledMessages,
  unsignedEnvelopes,
} from './agent-inputs';
import type { Voice } from './agent-inputs';
import { changedRows, knockWith, timeless } from './fuzz-row';
import type { Answer, FuzzRow } from './fuzz-row';

const ROOT = join(__dirname, '../..');

/** Calls on their way at a time. */
const AT_ONCE = 4;

const QUIET_MILLISECONDS = 2_000;

/** A job that nobody has: in process there is one. */
const NAMED = { job: '10001.5', fence: 1, planDigest: 'a'.repeat(64) };

const seconds = (): number => Math.floor(Date.now() / 1_000);

/** So many inputs, spread over three kinds, with an agent that an admin has confirmed. */
export async function fuzzOverHttp(inputs: number): Promise<readonly FuzzRow[]> {
  const directory = mkdtempSync(join(tmpdir(), 'interlock-fuzz-'));
  const [state, copy] = [join(directory, 'jira'), join(directory, 'copy')];
  const port = await freePort();
  const jira = await startLocalJira({ root: ROOT, port, stateDirectory: state, seed: 'fuzz' });
  const shares = sharesOf(inputs);
  try {
    const { voice, url } = await anAgent(jira.siteUrl);
    const { knock, close } = openLine(url);
    const genuine = genuineMessages(voice, NAMED);
    const before = await quietStore(state, copy);
    const spoiled = await knockWith(
      'messages with bytes changed, over HTTP',
      spoiledMessages(genuine, shares.spoiled, travels(genuine)),
      knock,
      { strangers: true, atOnce: AT_ONCE },
    );
    const anything = await knockWith(
      'envelopes of anything, not signed, over HTTP',
      unsignedEnvelopes(genuine, shares.anything),
      knock,
      { strangers: true, atOnce: AT_ONCE },
    );
    const changed = changedRows(before, readStore(state, copy));
    const signed = await knockWith(
      'well signed nonsense, over HTTP',
      signedNonsense(voice, genuine, shares.signed, seconds),
      knock,
      // One by one: of two at the same moment one may be told to come again, which is a 503.
      { strangers: false },
    );
    close();
    return [spoiled, { ...anything, findings: [...anything.findings, ...changed] }, signed];
  } finally {
    await jira.program.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** An agent that was enrolled through the trigger and confirmed on the settings page. */
async function anAgent(siteUrl: string): Promise<{ readonly voice: Voice; readonly url: string }> {
  await provideProject(siteUrl);
  await putPolicy(siteUrl);
  const { agentUrl: url } = await showSettings(jiraAs(siteUrl, 'admin'));
  const keys = makeKeys();
  const code = await createCode(siteUrl, 'fuzzed agent', ['SIT']);
  const enrolling = aVoice(keys, 'enroll', '-');
  const line = openLine(url);
  const { publicKey } = keys;
  const { body } = await line.knock(
    enrolling.request({ op: 'enroll', data: { code, name: 'fuzzed', publicKey } }),
  );
  line.close();
  const { agent, audience, fingerprint } = EnrollAnswer.parse(JSON.parse(body));
  await approve(siteUrl, agent, fingerprint);
  return { voice: aVoice(keys, audience, agent), url };
}

const aVoice = (keys: AgentKeys, audience: string, agentId: string): Voice => ({
  keys,
  agentId,
  audience,
  request: ({ op, data, ...rest }) => {
    const head = { v: 1, aud: audience, op, agent: agentId, key: keys.keyId, boot: 'boot0001' };
    const body = JSON.stringify({ ...head, ...rest, data });
    return signedRequest(keys, body, String(seconds()));
  },
});

/** HTTP carries no control characters in headers, and takes the blanks around them away. */
const travels =
  (genuine: readonly AgentRequest[]) =>
  (request: AgentRequest): boolean => {
    const values = Object.values(request.headers).flat();
    if (values.some((value) => !/^[\x20-\x7e]*$/.test(value) || value !== value.trim()))
      return false;
    // Half a character becomes another one on its way: what is left over may be the message again.
    const arrives = Buffer.from(request.body).toString();
    return genuine.every(({ body }) => body !== arrives || request.body === body);
  };

/** Posts to an address over connections that stay open. */
function openLine(url: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const knock = ({ method, headers, body }: AgentRequest): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const flat = Object.fromEntries(
        Object.entries(headers).map(([name, values]) => [name, [...values]]),
      );
      const sent = httpRequest(url, { method, headers: flat, agent }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: timeless(text) }),
        );
      });
      sent.on('error', reject);
      sent.end(Buffer.from(body));
    });
  return { knock, close: () => agent.destroy() };
}

/** The app's rows. Local Jira keeps its file to itself: what is read is a copy of it with its log of writes. */
function readStore(state: string, copy: string): ReadonlyMap<string, unknown> {
  rmSync(copy, { recursive: true, force: true });
  cpSync(state, copy, { recursive: true });
  const database = new DatabaseSync(join(copy, 'local-jira.sqlite'));
  try {
    const rows = database.prepare('SELECT space, key, value, updated_ms FROM kvs_record').all();
    return new Map(rows.map((row) => [`${String(row['space'])} ${String(row['key'])}`, row]));
  } finally {
    database.close();
  }
}

/** What was set up may still be worked on in the queue. */
async function quietStore(state: string, copy: string): Promise<ReadonlyMap<string, unknown>> {
  let store = readStore(state, copy);
  await waitFor('a store that nobody writes', async () => {
    const earlier = store;
    await sleep(QUIET_MILLISECONDS);
    store = readStore(state, copy);
    return changedRows(earlier, store).length === 0 ? true : undefined;
  });
  return store;
}
