/** An agent keeps what the app has signed, and takes nothing back. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { canonicalText } from '#core/canonical';
import { checkpointText } from '#wire/checkpoint';
import type { Checkpoint, SignedCheckpoint } from '#wire/checkpoint';
import { generateKeyPairSync } from 'node:crypto';
import { keepCheckpoint } from '../../agent/checkpoints';
import { keyOf } from '../../agent/keys';
import type { Identity } from '../../agent/ports/agent';
import type { Journal } from '../../agent/ports/journal';
import type { Log } from '../../agent/ports/log';
import { aJournal } from './support/an-agent';

const appKey = keyOf(generateKeyPairSync('ed25519').privateKey);
const identity: Identity = { agent: 'ag_1', audience: 'installation-1', appKey: appKey.publicKey };

const aCheckpoint = (over: Partial<Checkpoint> = {}): Checkpoint => ({
  v: 1,
  aud: identity.audience,
  issueId: '10001',
  issueKey: 'REL-1',
  segments: 5,
  events: 9,
  head: 'a'.repeat(64),
  at: 1_800_000_000,
  ...over,
});

const signed = (checkpoint: Checkpoint, key = appKey): SignedCheckpoint => {
  const text = canonicalText(checkpoint);
  return { text, signature: key.sign(checkpointText(text)) };
};

let journal: Journal;
let errors: string[];
let log: Log;
beforeEach(() => {
  ({ journal } = aJournal());
  errors = [];
  log = {
    info: () => undefined,
    warn: () => undefined,
    error: (message) => errors.push(message),
  };
});

const keep = (offered: SignedCheckpoint) => keepCheckpoint({ journal, log }, identity, offered);
const last = () => journal.lastCheckpoint(identity.audience, '10001');
const waiting = () => journal.waitingCheckpoints(identity.audience, 10);

describe('an agent that is handed a checkpoint', () => {
  test('keeps it, and hands it over until the app has it', async () => {
    const first = signed(aCheckpoint());
    const second = signed(aCheckpoint({ segments: 7, events: 12, head: 'b'.repeat(64) }));
    await keep(first);
    await keep(second);

    expect(await last()).toMatchObject({ segments: 7 });
    expect(await waiting()).toEqual([first, second]);
    expect(await journal.waitingCheckpoints(identity.audience, 1)).toEqual([first]);

    await journal.acknowledgeCheckpoints(['a'.repeat(64)]);

    expect(await waiting()).toEqual([second]);
    expect(errors).toEqual([]);
  });

  test('says nothing when the same one comes again with another time', async () => {
    await keep(signed(aCheckpoint()));
    await keep(signed(aCheckpoint({ at: 1_800_000_060 })));

    expect(await waiting()).toHaveLength(1);
    expect(errors).toEqual([]);
  });

  test.each([
    ['is shorter', { segments: 4, events: 8 }, 'goes back'],
    ['has fewer entries in more segments', { segments: 6, events: 8 }, 'goes back'],
    ['is as long with another hash', { head: 'c'.repeat(64) }, 'another hash'],
  ])('refuses one that %s loudly, keeps the old one and goes on', async (_, over, words) => {
    const before = signed(aCheckpoint());
    await keep(before);

    await keep(signed(aCheckpoint({ at: 1_900_000_000, ...over })));

    expect(errors).toEqual([expect.stringContaining('TAMPERING')]);
    expect(errors[0]).toContain(words);
    expect(await waiting()).toEqual([before]);
    await keep(signed(aCheckpoint({ segments: 9, events: 20, head: 'd'.repeat(64) })));
    expect(await last()).toMatchObject({ segments: 9 });
  });

  test('refuses one that another key has signed, or that is of another installation', async () => {
    const stranger = keyOf(generateKeyPairSync('ed25519').privateKey);
    await keep(signed(aCheckpoint(), stranger));
    await keep(signed(aCheckpoint({ aud: 'installation-2' })));
    await keep({ text: 'no JSON', signature: appKey.sign(checkpointText('no JSON')) });

    expect(errors).toHaveLength(3);
    expect(await waiting()).toEqual([]);
  });

  test('compares releases with themselves only', async () => {
    await keep(signed(aCheckpoint()));
    await keep(signed(aCheckpoint({ issueId: '10002', segments: 1, events: 1 })));

    expect(errors).toEqual([]);
    expect(await waiting()).toHaveLength(2);
  });
});
