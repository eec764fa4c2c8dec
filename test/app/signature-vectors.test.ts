import { beforeEach, describe, expect, test } from '@jest/globals';
import { sign } from 'node:crypto';
import process from 'node:process';
import type { AgentRequest } from '#app/agent-message';
import { handleAgentCall } from '#app/handle-agent';
import { createEnrollment } from '#app/manage-agents';
import { Envelope } from '#wire/agent';
import type { AgentRecord } from '#wire/records';
import { createCaller, makeKeys, signedRequest } from '../support/agent-caller';
import type { AgentKeys } from '../support/agent-caller';
import { NOW } from '../support/builders';
import { aReleaseWorld, PROJECT } from '../support/release-world';
import type { ReleaseWorld } from '../support/release-world';

const POLL = { op: 'poll', data: { version: '0.1.0', busy: false } } as const;

let world: ReleaseWorld;
let keys: AgentKeys;
beforeEach(async () => {
  world = await aReleaseWorld();
  ({ keys } = world.agent);
});

type Spoil = (request: AgentRequest) => AgentRequest;

const withHeader =
  (name: string, ...values: readonly string[]): Spoil =>
  (request) => ({ ...request, headers: { ...request.headers, [name]: values } });

const withoutHeader =
  (name: string): Spoil =>
  (request) => ({
    ...request,
    headers: Object.fromEntries(Object.entries(request.headers).filter(([key]) => key !== name)),
  });

const withSignature =
  (change: (signature: string) => string): Spoil =>
  (request) =>
    withHeader(
      'webhook-signature',
      change(request.headers['webhook-signature']?.[0] ?? ''),
    )(request);

const withBody =
  (change: (body: string) => string): Spoil =>
  (request) => ({ ...request, body: change(request.body) });

const flipBit = (base64: string, byte: number): string => {
  const bytes = Buffer.from(base64, 'base64');
  bytes.writeUInt8(bytes.readUInt8(byte) ^ 1, byte);
  return bytes.toString('base64');
};

const flipped = (byte: number): Spoil =>
  withSignature((signature) => `v1a,${flipBit(signature.slice('v1a,'.length), byte)}`);

const bytesIn = (value: string): Buffer => Buffer.from(value.slice('v1a,'.length), 'base64');

/** The order of the curve's group, which S has to be below. Source: RFC 8032, 5.1.7. */
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
const NEUTRAL = Buffer.concat([Buffer.from([1]), Buffer.alloc(31)]);

const littleEndian = (bytes: Buffer): bigint =>
  BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
const withS = (value: string, s: bigint): string => {
  const half = Buffer.from(s.toString(16).padStart(64, '0'), 'hex').reverse();
  return `v1a,${Buffer.concat([bytesIn(value).subarray(0, 32), half]).toString('base64')}`;
};
const withR = (value: string, r: Buffer): string =>
  `v1a,${Buffer.concat([r, bytesIn(value).subarray(32)]).toString('base64')}`;
/** Without the check of S this would be a second signature of the same message. */
const malleated = (value: string): string =>
  withS(value, littleEndian(bytesIn(value).subarray(32)) + ORDER);

/** The same 64 bytes, spelled as base64 allows and no encoder does. */
const nonCanonical = (value: string): string => {
  const last = value.charAt(value.length - 3);
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  return `${value.slice(0, -3)}${letters.charAt(letters.indexOf(last) + 1)}==`;
};

/** Signed by the agent's own key, but over something else. */
const resigned =
  (textOf: (request: AgentRequest) => string): Spoil =>
  (request) => {
    const signature = sign(null, Buffer.from(textOf(request)), keys.privateKey);
    return withHeader('webhook-signature', `v1a,${signature.toString('base64')}`)(request);
  };

/** A message that was genuine until somebody touched it. */
const SPOILED: readonly (readonly [string, Spoil])[] = [
  ['a GET', (request) => ({ ...request, method: 'GET' })],
  ['a PUT', (request) => ({ ...request, method: 'PUT' })],
  ['a lower-case post', (request) => ({ ...request, method: 'post' })],
  ['no content type', withoutHeader('content-type')],
  ['a form', withHeader('content-type', 'application/x-www-form-urlencoded')],
  ['JSON in another character set', withHeader('content-type', 'application/json; charset=utf-16')],
  ['two content types', withHeader('content-type', 'application/json', 'application/json')],
  ['no id', withoutHeader('webhook-id')],
  ['an empty id', withHeader('webhook-id', '')],
  ['an id with a space', withHeader('webhook-id', 'message 1')],
  ['an id with a newline', withHeader('webhook-id', 'message-1\n')],
  ['an id of 300 characters', withHeader('webhook-id', 'm'.repeat(300))],
  ['another id than was signed', withHeader('webhook-id', 'message-another')],
  [
    'the id twice',
    (request) =>
      withHeader(
        'webhook-id',
        request.headers['webhook-id']?.[0] ?? '',
        request.headers['webhook-id']?.[0] ?? '',
      )(request),
  ],
  ['no timestamp', withoutHeader('webhook-timestamp')],
  ['a timestamp in milliseconds', withHeader('webhook-timestamp', `${NOW}000`)],
  ['a timestamp with a sign', withHeader('webhook-timestamp', `+${NOW}`)],
  ['a timestamp in words', withHeader('webhook-timestamp', 'now')],
  ['a timestamp with a fraction', withHeader('webhook-timestamp', `${NOW}.5`)],
  ['another timestamp than was signed', withHeader('webhook-timestamp', String(NOW + 1))],
  ['the timestamp twice', withHeader('webhook-timestamp', String(NOW), String(NOW))],
  ['no signature', withoutHeader('webhook-signature')],
  ['an empty signature', withHeader('webhook-signature', '')],
  ['the signature under the name v1', withSignature((value) => value.replace('v1a', 'v1'))],
  ['the signature without a name', withSignature((value) => value.slice('v1a,'.length))],
  ['the first byte of the signature flipped', flipped(0)],
  ['the last byte of the signature flipped', flipped(63)],
  ['a signature of zeros', withSignature(() => `v1a,${Buffer.alloc(64).toString('base64')}`)],
  ['half a signature', withSignature((value) => value.slice(0, 48))],
  ['a signature in base64url', withSignature((value) => value.replace(/[+/=]/g, '-'))],
  ['a signature with a trailing line', withSignature((value) => `${value}\n`)],
  ['three signatures', withSignature((value) => `${value} ${value} ${value}`)],
  [
    'two signature headers',
    (request) => {
      const value = request.headers['webhook-signature']?.[0] ?? '';
      return withHeader('webhook-signature', value, value)(request);
    },
  ],
  ['an empty body', withBody(() => '')],
  ['a body with a byte more', withBody((body) => `${body} `)],
  ['a body with a byte-order mark', withBody((body) => `\ufeff${body}`)],
  ['a body with another job', withBody((body) => body.replace('0.1.0', '9.9.9'))],
  ['a body that is no JSON', withBody(() => 'op=poll')],
  ['a body of null', withBody(() => 'null')],
  ['a body that is a list', withBody((body) => `[${body}]`)],
  ['a HEAD', (request) => ({ ...request, method: 'HEAD' })],
  ['no method', (request) => ({ ...request, method: '' })],
  ['a content type with another word behind it', withHeader('content-type', 'application/jsonp')],
  ['an empty content type', withHeader('content-type', '')],
  ['a content type of two in one', withHeader('content-type', 'application/json, text/plain')],
  ['an id with a comma', withHeader('webhook-id', 'message-1,message-2')],
  ['an id with a NUL', withHeader('webhook-id', 'message-1\0')],
  ['an id in another script', withHeader('webhook-id', 'meѕsage-1')],
  ['an empty list of ids', withHeader('webhook-id')],
  ['a timestamp of nine digits', withHeader('webhook-timestamp', String(NOW).slice(1))],
  ['a timestamp with leading zeros', withHeader('webhook-timestamp', `00${NOW}`)],
  ['a timestamp with a blank before it', withHeader('webhook-timestamp', ` ${NOW}`)],
  ['a timestamp with a line behind it', withHeader('webhook-timestamp', `${NOW}\n`)],
  ['a timestamp in hex', withHeader('webhook-timestamp', '0x6affffff')],
  ['a timestamp with an exponent', withHeader('webhook-timestamp', '1795176e03')],
  ['a timestamp of other digits', withHeader('webhook-timestamp', '١٧٩٥١٧٦٠٠٠')],
  ['a timestamp of an hour ago', withHeader('webhook-timestamp', String(NOW - 3_600))],
  ['a timestamp of tomorrow', withHeader('webhook-timestamp', String(NOW + 86_400))],
  ['the signature under a name in capitals', withSignature((value) => value.replace('v1a', 'V1A'))],
  ['a blank before the signature', withSignature((value) => value.replace(',', ', '))],
  ['a tab before the signature', withSignature((value) => `\t${value}`)],
  ['two commas before the signature', withSignature((value) => value.replace(',', ',,'))],
  ['a signature without padding', withSignature((value) => value.replace(/=+$/, ''))],
  ['a signature with more padding', withSignature((value) => `${value}=`)],
  ['a signature whose last bits are not zero', withSignature(nonCanonical)],
  [
    'a signature of 63 bytes',
    withSignature((value) => `v1a,${bytesIn(value).subarray(1).toString('base64')}`),
  ],
  [
    'a signature of 65 bytes',
    withSignature(
      (value) => `v1a,${Buffer.concat([bytesIn(value), Buffer.alloc(1)]).toString('base64')}`,
    ),
  ],
  ['a signature in hex', withSignature((value) => `v1a,${bytesIn(value).toString('hex')}`)],
  [
    'the halves of the signature swapped',
    withSignature(
      (value) =>
        `v1a,${Buffer.concat([bytesIn(value).subarray(32), bytesIn(value).subarray(0, 32)]).toString('base64')}`,
    ),
  ],
  ['a signature whose S is larger by the order of the curve', withSignature(malleated)],
  ['a signature whose S is the order of the curve', withSignature((value) => withS(value, ORDER))],
  ['a signature whose S is zero', withSignature((value) => withS(value, 0n))],
  [
    'a signature whose S is as large as can be',
    withSignature((value) => withS(value, 2n ** 256n - 1n)),
  ],
  ['a signature whose R is the neutral point', withSignature((value) => withR(value, NEUTRAL))],
  [
    'a signature whose R is no point',
    withSignature((value) => withR(value, Buffer.alloc(32, 0xff))),
  ],
  ['the sign of R flipped', flipped(31)],
  ['a signature of only the body', resigned((request) => request.body)],
  [
    'a signature without the id',
    resigned(({ headers, body }) => `${headers['webhook-timestamp']?.[0] ?? ''}.${body}`),
  ],
  [
    'a signature without the timestamp',
    resigned(({ headers, body }) => `${headers['webhook-id']?.[0] ?? ''}.${body}`),
  ],
  ['a signature over an empty text', resigned(() => '')],
  ['a body with a line behind it', withBody((body) => `${body}\n`)],
  ['a body with a blank before it', withBody((body) => ` ${body}`)],
  [
    'a body whose members stand in another order',
    withBody((body) =>
      JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(body) as object).reverse())),
    ),
  ],
  [
    'a body that was written with blanks',
    withBody((body) => JSON.stringify(JSON.parse(body), null, 1)),
  ],
  ['a body cut in its middle', withBody((body) => body.slice(0, 100))],
  ['a body twice', withBody((body) => body + body)],
  ['a body of a number', withBody(() => '7')],
  ['a body of a string', withBody((body) => JSON.stringify(body))],
];

/** A message that the agent's own key has signed, and that is still none. */
const WRONG: readonly (readonly [string, Record<string, unknown>])[] = [
  ['another installation', { aud: 'ari:cloud:jira::site/another' }],
  ['the word of enrollment as its installation', { aud: 'enroll' }],
  ['an unknown operation', { op: 'deploy' }],
  ['an operation of the prototype', { op: 'constructor' }],
  ['an agent that does not exist', { agent: 'ag-0000000000000000' }],
  ['no agent', { agent: '-' }],
  ['a key that is not the agent’s', { key: '0123456789abcdef' }],
  ['a key id in capitals', { key: '0123456789ABCDEF' }],
  ['another version of the protocol', { v: 2 }],
  ['no version of the protocol', { v: undefined }],
  ['an unknown member at the top', { admin: true }],
  ['a fence out of 32 bits', { fence: 2 ** 31 }],
  ['a negative sequence number', { seq: -1 }],
  ['a broken sequence number', { seq: 1.5 }],
  ['a boot with a space', { boot: 'boot 0001' }],
  ['a job that is a path', { job: '../10001.5' }],
  ['an installation with a blank behind it', { aud: 'ari:cloud:jira::site/memory ' }],
  ['no installation', { aud: '' }],
  ['a list of installations', { aud: ['ari:cloud:jira::site/memory'] }],
  ['two operations', { op: ['poll', 'claim'] }],
  ['an operation in capitals', { op: 'POLL' }],
  ['an agent of the prototype', { agent: '__proto__' }],
  ['a list of agents', { agent: ['ag-1'] }],
  ['no key', { key: '' }],
  ['a key of null', { key: null }],
  ['a version in words', { v: '1' }],
  ['a fence in words', { fence: '1' }],
  ['a fence of null', { fence: null }],
  ['a sequence number larger than a program can count', { seq: 2 ** 53 }],
  ['a boot of seven letters', { boot: 'boot001' }],
  ['a boot of 33 letters', { boot: 'b'.repeat(33) }],
  ['a job of 101 letters', { job: 'j'.repeat(101) }],
];

/** A body as it is signed by the agent's own key, letter by letter, and that is still none. */
const ODD: readonly (readonly [string, (body: string) => string])[] = [
  ['a name twice', (body) => body.replace('"op":', '"op":"claim","op":')],
  ['a name twice in its data', (body) => body.replace('"busy":', '"busy":true,"busy":')],
  [
    'a name twice, once spelled otherwise',
    (body) => body.replace('"op":', '"\\u006fp":"claim","op":'),
  ],
  ['__proto__ at its top', (body) => body.replace('"op":', '"__proto__":{"op":"poll"},"op":')],
  ['__proto__ in its data', (body) => body.replace('"busy":', '"__proto__":{},"busy":')],
  [
    '__proto__ spelled otherwise',
    (body) => body.replace('"busy":', '"\\u005f_proto__":{},"busy":'),
  ],
  [
    '21 levels',
    (body) => body.replace('"busy":', `"deep":${'['.repeat(20)}${']'.repeat(20)},"busy":`),
  ],
  [
    '100,000 levels',
    (body) =>
      body.replace('"busy":', `"deep":${'['.repeat(100_000)}${']'.repeat(100_000)},"busy":`),
  ],
  ['a byte-order mark', (body) => `\ufeff${body}`],
  ['half a character', (body) => body.replace('0.1.0', '\ud800')],
  ['a comma behind its last member', (body) => body.replace(/}$/, ',}')],
  ['a comment', (body) => body.replace('{', '{/* */')],
  ['names without quotes', (body) => body.replace('"op"', 'op')],
  ['NaN', (body) => body.replace('false', 'NaN')],
  ['a control character in a string', (body) => body.replace('0.1.0', '0\u0001')],
  ['something behind it', (body) => `${body}{}`],
];

type Vector = readonly [string, () => AgentRequest];

const VECTORS: readonly Vector[] = [
  ...SPOILED.map(([name, spoil]): Vector => [name, () => spoil(world.agent.request(POLL))]),
  ...WRONG.map(([name, wrong]): Vector => [
    `the agent’s signature for ${name}`,
    () => signedRequest(keys, JSON.stringify({ ...envelope(), ...wrong }), String(NOW)),
  ]),
  ...ODD.map(([name, change]): Vector => [
    `the agent’s signature under JSON with ${name}`,
    () => signedRequest(keys, change(JSON.stringify(envelope())), String(NOW)),
  ]),
];

const envelope = () => ({
  v: 1,
  aud: world.ports.audience,
  op: 'poll',
  agent: world.agent.agentId,
  key: keys.keyId,
  boot: 'boot0001',
  data: POLL.data,
});

/** What a stranger is told, byte for byte: nothing but the time. */
const STRANGER =
  `{"type":"urn:interlock:problem:unauthorized","title":"The message is not from an agent of this installation.",` +
  `"status":401,"error":"unauthorized","now":${NOW}}`;

/** Nothing is known of the sender before one row was read; most need not even that. */
async function knock(request: AgentRequest) {
  const before = new Map(world.ports.memory.rows);
  world.ports.resetCost();
  const { status, body } = await handleAgentCall(world.ports, request);
  const { reads, writes } = world.ports.cost;
  expect(world.ports.memory.rows).toEqual(before);
  return { status, body: JSON.stringify(body), reads, writes };
}

describe('a message with', () => {
  test.each(VECTORS)('%s gets the one 401: no write, at most one read', async (_, make) => {
    const { reads, ...answer } = await knock(make());

    expect(answer).toEqual({ status: 401, body: STRANGER, writes: 0 });
    expect(reads).toBeLessThanOrEqual(1);
  });

  test('nothing wrong is let in, so that the others fail for what they are named after', async () => {
    const whole = signedRequest(keys, JSON.stringify(envelope()), String(NOW));
    expect((await handleAgentCall(world.ports, whole)).status).toBe(200);
    const deep = JSON.stringify(envelope()).replace(
      '"busy":',
      `"deep":${'['.repeat(18)}${']'.repeat(18)},"busy":`,
    );
    const answer = await handleAgentCall(world.ports, signedRequest(keys, deep, String(NOW)));
    expect(answer.status).toBe(200);
    const others = [FORMER, ENROLLMENTS, WEAK_KEYS].reduce((sum, { length }) => sum + length, 0);
    process.stderr.write(`${VECTORS.length + others} named vectors get the one 401\n`);
    expect(VECTORS.length).toBeGreaterThanOrEqual(80);
    expect(new Set(VECTORS.map(([name]) => name)).size).toBe(VECTORS.length);
  });
});

/** A caller whom the app has known, or might have: who it was stays unsaid. */
const FORMER: readonly (readonly [string, (agent: AgentRecord) => AgentRecord])[] = [
  ['was revoked', (agent) => ({ ...agent, state: 'revoked' })],
  [
    'was revoked while two of its keys were good',
    (agent) => ({ ...agent, state: 'revoked', keys: [...agent.keys, anotherKey()] }),
  ],
  ['has lost its key to a newer one', (agent) => ({ ...agent, keys: [anotherKey()] })],
  ['signs with a key that has run out', (agent) => withKey(agent, { notAfter: NOW - 1 })],
  ['signs with a key that is not good yet', (agent) => withKey(agent, { notBefore: NOW + 1 })],
  ['has no key any more', (agent) => ({ ...agent, keys: [] })],
];

const anotherKey = (): AgentRecord['keys'][number] => {
  const { keyId, publicKey } = makeKeys();
  return { id: keyId, publicKey, notAfter: null };
};
const withKey = (agent: AgentRecord, change: object): AgentRecord => ({
  ...agent,
  keys: agent.keys.map((key) => ({ ...key, ...change })),
});

describe('an agent that', () => {
  test.each(FORMER)('%s gets the one 401 for each operation', async (_, become) => {
    const agent = await world.ports.memory.get('agent', world.agent.agentId);
    if (!agent) throw new Error('There is no agent.');
    const record = { ...become(agent), version: agent.version + 1 };
    await world.ports.memory.transact([
      { type: 'set', entity: 'agent', key: agent.agentId, record, expect: agent.version },
    ]);

    for (const op of Envelope.shape.op.options.filter((name) => name !== 'enroll')) {
      const request = world.agent.request({ op, job: '10001.5', fence: 1, seq: 1, data: {} });
      expect(await knock(request)).toEqual({ status: 401, body: STRANGER, reads: 1, writes: 0 });
    }
  });
});

/** An enrollment as it should be, and what is wrong with it: the message, or the code that it brings. */
const ENROLLMENTS: readonly (readonly [string, Enrollment])[] = [
  ['a code that nobody has made', { data: { code: 'a'.repeat(28) } }],
  ['a code that has run out', { late: 901 }],
  ['a code that another key has redeemed', { redeemed: true }],
  ['a code in the wrong case', { spell: (code) => code.toLowerCase() }],
  ['a code with a blank behind it', { spell: (code) => `${code} ` }],
  ['a code that is too short', { data: { code: 'a' } }],
  ['a list of codes', { data: { code: ['a'.repeat(28)] } }],
  ['no code', { data: { code: undefined } }],
  ['no name', { data: { name: '' } }],
  ['an unknown member', { data: { admin: true } }],
  ['versions in words', { data: { speaks: ['1'] } }],
  ['no versions in its list of versions', { data: { speaks: [] } }],
  ['another public key than the one that signs', { data: { publicKey: makeKeys().publicKey } }],
  ['a public key of 31 bytes', { data: { publicKey: Buffer.alloc(31, 1).toString('base64') } }],
  ['a public key of small order', { data: { publicKey: Buffer.alloc(32).toString('base64') } }],
  ['the key id of another key', { over: { key: '0123456789abcdef' } }],
];

interface Enrollment {
  readonly data?: object;
  readonly over?: object;
  readonly spell?: (code: string) => string;
  /** Seconds after the code was made. */
  readonly late?: number;
  readonly redeemed?: boolean;
}

describe('an enrollment with', () => {
  async function enrollment({
    data,
    over,
    spell = (code) => code,
    late = 0,
    redeemed,
  }: Enrollment) {
    const { ports } = world;
    const room = { project: PROJECT, name: 'Room 2', environments: ['SIT'] };
    const { code } = await createEnrollment(ports, room);
    const whole = (publicKey: string) => ({ code: spell(code), name: 'room2', publicKey });
    const other = createCaller(ports);
    if (redeemed) await other.call({ op: 'enroll', agent: '-', data: whole(other.keys.publicKey) });
    ports.pass(late);
    const fresh = createCaller(ports);
    const words = { ...whole(fresh.keys.publicKey), ...data };
    return fresh.request({ op: 'enroll', agent: '-', ...over, data: words });
  }

  test.each(ENROLLMENTS)(
    '%s gets the one 401, too: no write, at most two reads',
    async (_, wrong) => {
      const { reads, ...answer } = await knock(await enrollment(wrong));

      const now = NOW + (wrong.late ?? 0);
      const body = STRANGER.replace(String(NOW), String(now));
      expect(answer).toEqual({ status: 401, body, writes: 0 });
      expect(reads).toBeLessThanOrEqual(2);
    },
  );

  test('nothing wrong is let in', async () => {
    expect((await handleAgentCall(world.ports, await enrollment({}))).status).toBe(200);
  });
});

/** Points of small order: whoever has such a key, anybody signs in their name. Source: libsodium's list. */
const WEAK_KEYS = [
  ['the neutral point', NEUTRAL.toString('hex')],
  ['a point of order 2', `ec${'ff'.repeat(30)}7f`],
  ['a point of order 4', '00'.repeat(32)],
  ['a point of order 4 with the other sign', `${'00'.repeat(31)}80`],
  ['a point of order 8', '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'],
  ['another point of order 8', 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'],
  ['the neutral point spelled otherwise', `ee${'ff'.repeat(30)}7f`],
  ['32 bytes that are no point', `02${'00'.repeat(31)}`],
] as const;

describe('an agent whose key is', () => {
  test.each(WEAK_KEYS)('%s is a stranger, whatever signature it brings', async (_, hex) => {
    const publicKey = Buffer.from(hex, 'hex').toString('base64');
    const agent = await world.ports.memory.get('agent', world.agent.agentId);
    if (!agent) throw new Error('There is no agent.');
    const weak = { id: keys.keyId, publicKey, notAfter: null };
    const record = { ...agent, version: agent.version + 1, keys: [weak] };
    await world.ports.memory.transact([
      { type: 'set', entity: 'agent', key: agent.agentId, record, expect: agent.version },
    ]);
    const request = world.agent.request(POLL);

    for (const r of [NEUTRAL, Buffer.from(hex, 'hex')]) {
      // With S = 0 and such an R the equation holds for every text, or for one of eight.
      const forged = Buffer.concat([r, Buffer.alloc(32)]).toString('base64');
      const answer = await knock(withHeader('webhook-signature', `v1a,${forged}`)(request));
      expect(answer).toEqual({ status: 401, body: STRANGER, reads: 1, writes: 0 });
    }
  });
});
