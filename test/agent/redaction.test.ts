import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { renderNamespace } from '../../agent/centres/render-namespace';
import { createRedaction, redactedLog, withRedaction } from '../../agent/redaction';
import { aJournal, anAgent } from './support/an-agent';
import { createFakeApp } from './support/fake-app';
import { createFleet } from './support/fake-hosts';
import { aPlan } from './support/plans';
import { createVirtualClock } from './support/virtual-clock';

const CANARIES = 200;

/** Everything that programs make of a value on its way into a message. */
const SPELLINGS: Readonly<Record<string, (secret: string) => string>> = {
  'as it is': (secret) => secret,
  'in JSON': (secret) => JSON.stringify({ password: secret }),
  'in JSON in JSON': (secret) => JSON.stringify(JSON.stringify({ password: secret })),
  'in a URL': (secret) => `postgresql://shop:${encodeURIComponent(secret)}@db/shop`,
  'in a form': (secret) => new URLSearchParams({ password: secret }).toString(),
  'in a URL, strictly': (secret) =>
    encodeURIComponent(secret).replace(
      /[!'()*]/g,
      (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
    ),
  'in a URL with small digits': (secret) =>
    encodeURIComponent(secret).replace(/%../g, (digits) => digits.toLowerCase()),
  'in a properties file': (secret) => renderNamespace('app.properties', { password: secret }),
  'in HTML': (secret) =>
    secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
  'in HTML, quotes too': (secret) =>
    secret
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&#39;'),
  'in JSON as Go writes it': (secret) =>
    JSON.stringify(secret).replace(/[<>&]/g, (mark) => `\\u00${mark.charCodeAt(0).toString(16)}`),
  'in JSON as PHP writes it': (secret) => JSON.stringify(secret).replaceAll('/', '\\/'),
  'with colours in its midst': (secret) => `${secret.slice(0, 5)}\u001b[1;31m${secret.slice(5)}`,
  'in base64': (secret) => Buffer.from(secret).toString('base64'),
  'in base64 behind one byte': (secret) => Buffer.from(`:${secret}:`).toString('base64'),
  'in base64 behind a name': (secret) => Buffer.from(`admin:${secret}`).toString('base64'),
  'in base64 for URLs': (secret) => Buffer.from(`ab${secret}`).toString('base64url'),
  'in single quotes of a shell': (secret) => `PASSWORD='${secret.replaceAll("'", `'\\''`)}'`,
  'in quotes as Python gives them to a shell': (secret) => `'${secret.replaceAll("'", `'"'"'`)}'`,
  'in double quotes of a shell': (secret) => `"${secret.replace(/["$`\\]/g, '\\$&')}"`,
  'in SQL': (secret) => `IDENTIFIED BY '${secret.replaceAll("'", "''")}'`,
  'in SQL with backslashes': (secret) => `'${secret.replace(/['\\]/g, '\\$&')}'`,
  'in hex with colons': (secret) => pairs(secret).join(':'),
  'in large hex with blanks': (secret) => pairs(secret).join(' ').toUpperCase(),
  'in hex with dashes': (secret) => pairs(secret).join('-').toUpperCase(),
  'in hex as xxd -i writes it': (secret) =>
    pairs(secret)
      .map((pair) => `0x${pair}`)
      .join(', '),
  'in hex as C writes strings': (secret) => pairs(secret).join('').replace(/../g, '\\x$&'),
  'in hex as C writes strings, in JSON': (secret) =>
    pairs(secret).join('').replace(/../g, '\\\\x$&'),
  'in a URL, every byte': (secret) => pairs(secret).join('').replace(/../g, '%$&'),
  'in hex': (secret) => Buffer.from(secret).toString('hex'),
};

const pairs = (text: string): readonly string[] =>
  Buffer.from(text).toString('hex').match(/../g) ?? [];

/** Lines of so many characters. */
const folded = (text: string, columns: number): string =>
  (text.match(new RegExp(`.{1,${columns}}`, 'g')) ?? []).join('\n');

/** As xxd prints bytes. */
const dumped = (text: string): string =>
  (text.match(/[^]{1,16}/g) ?? [])
    .map((row, line) => {
      const groups =
        pairs(row)
          .join('')
          .match(/.{1,4}/g) ?? [];
      return `${(line * 16).toString(16).padStart(8, '0')}: ${groups.join(' ').padEnd(39)}  ${row}`;
    })
    .join('\n');

/** A secret is broken into pieces, each of them on a line of its own. */
const BROKEN: Readonly<Record<string, (text: string) => string>> = {
  'base64 at 76 columns': (text) => folded(Buffer.from(text).toString('base64'), 76),
  'base64 at 64 columns': (text) => folded(Buffer.from(text).toString('base64'), 64),
  'base64 for URLs at 76 columns': (text) => folded(Buffer.from(text).toString('base64url'), 76),
  'hex at 60 columns': (text) => folded(Buffer.from(text).toString('hex'), 60),
  'a dump of bytes': dumped,
};

const aSecret = fc
  .string({ minLength: 8, maxLength: 60, unit: 'grapheme' })
  // Control characters in a secret are for terminals, and none survives in a text.
  .map((text) => `kN4/${text.replace(/\p{Cc}/gu, '').trim()}+9qX`);

const shows = (told: string, secret: string, spelled: string): boolean =>
  told.includes(secret) || told.includes(spelled);

/** Pieces of fewer than eight bytes are left, and what stands beside one may look like more of it by chance. */
const PIECE_MAX_BYTES = 10;

const eachLine = (text: string, redact: (line: string) => string): string =>
  text.split('\n').map(redact).join('\n');

/** Bytes of the longest piece of a secret that a text still shows in one line, in base64, hex or as it is. */
function longestShared(told: string, spell: (text: string) => string, secret: string): number {
  const isBase64 = Object.entries(BROKEN).some(
    ([name, each]) => each === spell && name.startsWith('base64'),
  );
  const read = told
    .replaceAll('[secret]', ' ')
    .split('\n')
    .flatMap((line) =>
      isBase64 ? [0, 1, 2, 3].map((skip) => decoded(line.slice(skip))) : plain(line),
    );
  const sizes = read.map((line) => {
    let longest = 0;
    for (let from = 0; from < line.length; from += 1)
      while (secret.includes(line.slice(from, from + longest + 1)) && from + longest < line.length)
        longest += 1;
    return longest;
  });
  return Math.max(0, ...sizes);
}

const decoded = (line: string): string => Buffer.from(line, 'base64').toString('latin1');
const plain = (line: string): readonly string[] => [
  line,
  Buffer.from(line.replace(/^[0-9a-f]{8}: /, '').replace(/ /g, ''), 'hex').toString('latin1'),
];

describe('a secret that the agent has read', () => {
  test('is masked once, though it is a word of the mask', () => {
    const { learn, redact } = createRedaction();
    learn('secret');
    learn('[secret] 1');

    const once = redact('a secret, [secret] 1 and [secret] 2');

    expect(once).toBe('a [secret], [secret] and [secret] 2');
    expect(redact(once)).toBe(once);
  });

  test.each(Object.keys(SPELLINGS))('is taken out of every text, %s', (name) => {
    const spell = SPELLINGS[name] ?? ((secret: string) => secret);
    const seen = new Set<string>();
    fc.assert(
      fc.property(aSecret, fc.string(), fc.string(), (secret, before, after) => {
        const redaction = createRedaction();
        redaction.learn(secret);
        const spelled = spell(secret);

        const told = redaction.redact(`${before}${spelled}${after}`);

        seen.add(secret);
        expect(told).toContain('[secret]');
        expect(shows(told, secret, spelled)).toBe(false);
      }),
      { numRuns: CANARIES },
    );
    expect(seen.size).toBeGreaterThan(CANARIES / 2);
  });

  test.each(Object.keys(BROKEN))(
    'is in no line of %s, whatever stands before and after it',
    (name) => {
      const spell = BROKEN[name] ?? ((text: string) => text);
      const ascii = { unit: 'grapheme-ascii' } as const;
      const long = fc.string({ ...ascii, minLength: 60, maxLength: 400 });
      const beside = fc.string({ ...ascii, maxLength: 150 });
      fc.assert(
        fc.property(long, beside, beside, (random, before, after) => {
          const secret = `kN4${random.trim()}9qX`;
          const redaction = createRedaction();
          redaction.learn(secret);
          const whole = spell(`${before}${secret}${after}`);

          for (const told of [redaction.redact(whole), eachLine(whole, redaction.redact)])
            expect(longestShared(told, spell, secret)).toBeLessThan(PIECE_MAX_BYTES);
        }),
        { numRuns: CANARIES },
      );
    },
  );

  test('is taken out of base64 for URLs in columns where its own marks stand', () => {
    const redaction = createRedaction();
    const secret = 'ÿ>?'.repeat(8);
    redaction.learn(secret);
    const whole = folded(Buffer.from(`{"password":"${secret}"}`).toString('base64url'), 36);

    const told = redaction.redact(whole).split('\n');

    expect(told.map((line) => line.includes('[secret]'))).toEqual([true, true]);
  });

  test('is taken out line by line when it has several', () => {
    const redaction = createRedaction();
    redaction.learn('-----BEGIN KEY-----\nMIIBVwIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END KEY-----\n');

    expect(redaction.redact('libpq: bad key near hkiG9w0BAQEFAASC')).toBe(
      'libpq: bad key near [secret]',
    );
  });

  test.each(['ab', 'ab ', '0xab, ', '\\xab', '%ab', 'ab-ab-ab-ab-ab-ab-ab x', 'aA_-+/aA_'])(
    'is looked for in a megabyte of «%s» within seconds',
    (piece) => {
      const redaction = createRedaction();
      redaction.learn('it was a hunter, two of them');
      const text = piece.repeat(1_000_000 / piece.length);

      const begun = performance.now();
      expect(redaction.redact(text)).toBe(text);
      expect(performance.now() - begun).toBeLessThan(5_000);
    },
  );

  test('masks no ordinary words: what is too short to be told from them is none', () => {
    const redaction = createRedaction();
    for (const short of ['', 'a', 'shop', 'admin']) redaction.learn(short);

    expect(redaction.redact('The shop needs an admin.')).toBe('The shop needs an admin.');
  });

  test('is in nothing that the journal keeps for the app, and in no line of the log', async () => {
    const secret = 'hunter2-hunter2';
    const redaction = createRedaction();
    redaction.learn(secret);
    const lines: string[] = [];
    const keep = (message: string, facts?: object): void => {
      lines.push(`${message} ${JSON.stringify(facts)}`);
    };
    const { journal } = aJournal();
    const clock = createVirtualClock();
    const app = createFakeApp(clock, aPlan(['web-1']));
    const agent = withRedaction({
      ...anAgent({ clock, app, fleet: createFleet(), journal }),
      redact: (text) => redaction.redact(text),
      log: { info: keep, warn: keep, error: keep },
    });
    const ref = { job: '10001.9', fence: 1 };
    const entry = {
      ...{ at: 1, step: 'code-1', host: 'web1', milliseconds: 0 },
      ...({ state: 'failed', note: `bin/start said ${secret}` } as const),
    };
    const failure = { class: 'start-up', sentence: `It printed ${secret}.` } as const;

    await agent.journal.beginJob(ref, 0);
    const act = { act: 'activate', digest: 'a'.repeat(64), version: '1.1.0' } as const;
    const serial = await agent.journal.writeIntent(
      { ...ref, ...act, step: 'code-1', host: 'web1', failure },
      entry,
    );
    await agent.journal.writeResult(serial, `exit 1: ${secret}`, entry);
    await agent.journal.tell(ref.job, entry);
    const kept = await agent.journal.intentsOf(ref.job);
    const first = await agent.journal.nextMessage(ref.job);
    await agent.journal.finishJob(ref.job, { kind: 'failed', failure });
    const [open] = await agent.journal.openJobs();
    agent.log.error(`lost ${secret}`, { end: { failure, tries: [secret, 3] } });

    const all = JSON.stringify([kept, first, open, lines]);
    expect(all).not.toContain('hunter2');
    expect(all.split('[secret]').length - 1).toBeGreaterThanOrEqual(7);
  });
});

test('a log keeps numbers, nulls and names as they are', () => {
  const told: unknown[] = [];
  const tell = (message: string, facts?: object): void => {
    told.push([message, facts]);
  };
  redactedLog({ info: tell, warn: tell, error: tell }, (text) => text).warn('x', {
    job: '1',
    fence: 3,
    none: null,
  });

  expect(told).toEqual([['x', { job: '1', fence: 3, none: null }]]);
});
