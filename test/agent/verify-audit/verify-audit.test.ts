/** What the verifier says, how it ends, and that it stands alone. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { canonicalText } from '#core/canonical';
import { auditHeadText, Checkpoint } from '#wire/checkpoint';
import { checkAudit } from '../../../agent/cli/verify-audit';
import { EXIT_CODES } from '../../../agent/exit-codes';
import { writeIdentity } from '../../../agent/journal';
import { openDatabase } from '../../../agent/journal-database';
import { insertCheckpoint } from '../../../agent/checkpoint-rows';
import { verifyAudit } from '../../../agent/verify-audit/verify-audit';
import { anAuditedRelease } from '../../support/audited-release';
import type { Audit, AuditedRelease } from '../../support/audited-release';
import { LEADER, REPORTER, TESTER } from '../../support/builders';
import { scratch } from '../support/scratch';

const SOURCE = join(__dirname, '../../../agent/verify-audit/verify-audit.ts');
const LINES_MAX = 200;

const directory = scratch();
const file = join(directory, 'audit.json');

let release: AuditedRelease;
let audit: Audit;
beforeAll(async () => {
  release = await anAuditedRelease();
  await release.world.click('submit', REPORTER);
  await release.world.click('start', TESTER);
  await release.finish();
  await release.finish();
  await release.poll();
  await release.world.click('promote', LEADER);
  audit = await release.audit();
});

function judge(spoiled: unknown, own: typeof release.own | undefined = release.own) {
  writeFileSync(file, JSON.stringify(spoiled));
  return verifyAudit(file, own);
}

describe('the verifier', () => {
  test('has at most 200 lines, and imports nothing but node:crypto and node:fs', () => {
    const source = readFileSync(SOURCE, 'utf8');
    const imports = [...source.matchAll(/\bfrom '([^']+)'|\b(?:import|require)\(/g)];

    expect(source.trimEnd().split('\n').length).toBeLessThanOrEqual(LINES_MAX);
    expect(imports.map(([, name]) => name)).toEqual(['node:crypto', 'node:fs']);
  });

  test('says what it has checked', () => {
    const { findings, statements } = judge(audit);

    expect(findings).toEqual([]);
    expect(statements).toEqual([
      `This is the history of ${audit.issueKey} (issue ${audit.issueId}) of installation ${audit.audience}, made at Fri, 20 Nov 2026 12:00:00 GMT.`,
      `The chain was checked from segment 1 to ${audit.segments.length}.`,
      'The acts that jobs have ended with were checked, 1 row in all.',
      'The audit holds 2 countersigned checkpoints.',
      'This agent keeps 2 checkpoints of the release.',
    ]);
  });

  test('names the release that is signed and chained, whatever else the file says', async () => {
    const other = await anAuditedRelease();
    await other.world.click('submit', REPORTER);
    const honest = await other.audit();
    const { issueId, issueKey, audience } = honest;
    const which = `This is the history of ${issueKey} (issue ${issueId}) of installation ${audience},`;

    for (const claimed of [{ issueKey: 'REL-404' }, { issueId: '7' }, { audience: 'another' }]) {
      const { findings, statements } = judge({ ...honest, ...claimed }, other.own);
      expect(findings).toContain('The head of the audit is of another release or installation.');
      expect(statements[0]).toContain(which);
    }
  });

  test('names no release that nothing signed tells of', () => {
    const head = { ...audit.head, signature: audit.checkpoints[0]?.signature };

    const { findings, statements } = judge({ ...audit, head });

    expect(findings).toEqual([expect.stringContaining('is not signed with')]);
    expect(statements[0]).toBe('Nothing that is signed says which release this is.');
  });

  test('finds fault where the installation’s own key has given the release another name than its agent knows', async () => {
    const said = { ...Checkpoint.parse(JSON.parse(audit.head.text)), issueKey: 'REL-404' };
    const text = canonicalText(said);
    const signature = await release.world.ports.crypto.signAsApp(auditHeadText(text));
    const renamed = { issueKey: 'REL-404', head: { text, signature }, checkpoints: [] };

    const sentence = 'A checkpoint of this agent is of another release or installation.';
    expect(judge({ ...audit, ...renamed }).findings).toEqual([sentence, sentence]);
  });

  test('shows names from a file as they are, without what would steer a terminal', async () => {
    const said = {
      ...Checkpoint.parse(JSON.parse(audit.head.text)),
      issueKey: 'REL-1\u001b[2J\n\u009b',
    };
    const text = canonicalText(said);
    const signature = await release.world.ports.crypto.signAsApp(auditHeadText(text));

    const { statements } = judge({ ...audit, head: { text, signature } });

    expect(statements[0]).toContain('the history of REL-1?[2J?? (issue');
  });

  test('says what it cannot know where no agent bears witness', () => {
    writeFileSync(file, JSON.stringify(audit));

    const { findings, statements } = verifyAudit(file, undefined);

    expect(findings).toEqual([]);
    expect(statements.at(-1)).toContain('No agent on this machine bears witness');
  });

  test.each([
    ['no JSON', () => 'no audit'],
    ['another format', () => ({ ...audit, format: 'interlock-audit-2' })],
    ['no segments', () => ({ ...audit, segments: undefined })],
    ['a segment that is none', () => ({ ...audit, segments: [...audit.segments, 7] })],
    ['segments in no list', () => ({ ...audit, segments: { first: audit.segments[0] } })],
    ['no head', () => ({ ...audit, head: null })],
    ['another key', () => ({ ...audit, appKey: Buffer.alloc(32, 7).toString('base64') })],
    ['another installation', () => ({ ...audit, audience: 'another' })],
    ['another issue', () => ({ ...audit, issueId: '7' })],
    ['another key of the issue', () => ({ ...audit, issueKey: 'REL-404' })],
    ['hashes taken off', () => ({ ...audit, segments: audit.segments.map(withoutHash) })],
    ['the first hash taken off', () => ({ ...audit, segments: [first(), ...others()] })],
    ['a witness by another name', () => ({ ...audit, checkpoints: renamed('ag-other') })],
    ['no acts', () => ({ ...audit, acts: undefined })],
    ['acts of another job', () => ({ ...audit, acts: actsWith({ job: '7.7' }) })],
    ['acts of another release', () => ({ ...audit, acts: actsWith({ issueId: '7' }) })],
    ['acts of another format', () => ({ ...audit, acts: actsWith({ format: 'others' }) })],
    ['an act by another agent', () => ({ ...audit, acts: actsWith({ name: 'Room 2' }) })],
    ['acts that no job has ended with', () => ({ ...audit, acts: [...audit.acts, ...audit.acts] })],
    ['a member that no audit has', () => ({ ...audit, approvedBy: 'acc-somebody' })],
    ['a head with more to it', () => ({ ...audit, head: { ...audit.head, status: 'Released' } })],
    ['a witness with more to it', () => ({ ...audit, checkpoints: witnessed({ note: 'seen' }) })],
    ['checkpoints in no list', () => ({ ...audit, checkpoints: 'countersigned by all' })],
    ['acts in no list', () => ({ ...audit, acts: null })],
    ['a key with more to it', () => ({ ...audit, appKey: `${audit.appKey}Released` })],
    ['a signature with more to it', () => ({ ...audit, checkpoints: signedMore() })],
    ['a checkpoint as head', () => ({ ...audit, ...cutAtCheckpoint() })],
  ])('finds fault with %s', (_, spoil) => {
    expect(judge(spoil()).findings).not.toEqual([]);
  });

  const actsWith = (over: object) => audit.acts.map((row) => ({ ...row, ...over }));
  const withoutHash = ({ hash: _, ...segment }: Audit['segments'][number]) => segment;
  const first = () => withoutHash(audit.segments[0] ?? { ...EMPTY });
  const others = () => audit.segments.slice(1);
  const witnessed = (over: object) => audit.checkpoints.map((witness) => ({ ...witness, ...over }));
  const signedMore = () =>
    audit.checkpoints.map((witness) => ({ ...witness, signature: `${witness.signature}approved` }));
  const renamed = (agent: string) => witnessed({ agent });
  /** What somebody has at hand who has no key at all. */
  const cutAtCheckpoint = () => {
    const last = audit.checkpoints.at(-1);
    const said = Checkpoint.parse(JSON.parse(last?.text ?? ''));
    const head = { text: last?.text, signature: last?.signature };
    return { head, segments: audit.segments.slice(0, said.segments) };
  };

  test('finds fault with a name that stands there twice, the first time for people to read', () => {
    const twice = JSON.stringify(audit).replace(
      '"reporter":',
      '"reporter":"acc-other","reporter":',
    );
    expect(JSON.parse(twice)).toEqual(audit);
    writeFileSync(file, twice);

    expect(verifyAudit(file, release.own).findings).not.toEqual([]);
  });

  test.each([
    [
      'more digits than a number has',
      (text: string) => text.replace(/("fence":1)\b/, '$1.0000000000000000001'),
    ],
    ['a power of ten', (text: string) => text.replace(/("segment":1)\b/, '$1e0')],
    [
      'a number beyond all where nothing stands',
      (text: string) => text.replace(/:null\b/, ':1e999'),
    ],
  ])('finds fault with %s, whatever programs read in it', (_, spell) => {
    const honest = { ...audit, segments: audit.segments.map((each) => ({ ...each })) };
    const text = JSON.stringify(honest);
    const spelled = spell(text);
    expect(spelled).not.toBe(text);
    writeFileSync(file, spelled);

    expect(verifyAudit(file, release.own).findings).not.toEqual([]);
  });

  test('takes other spellings of the same letters for what they are', () => {
    const spelled = JSON.stringify(audit).replace(
      '"interlock-audit-1"',
      String.raw`"interlock\u002daudit-1"`,
    );
    writeFileSync(file, spelled);

    expect(verifyAudit(file, release.own).findings).toEqual([]);
  });

  test('takes names and blanks in texts for what they are', () => {
    writeFileSync(file, JSON.stringify(audit, null, 2).replaceAll(/^( *"\w+"):/gm, '$1 :'));

    expect(verifyAudit(file, release.own).findings).toEqual([]);
  });

  test('tells an older audit from a longer one that the agent remembers', async () => {
    const older = audit;
    await release.world.click('approve', LEADER);
    await release.world.click('approve', 'acc-owner');
    await release.world.click('start', LEADER);
    await release.finish();

    expect(judge(older).findings).toEqual([expect.stringContaining('download it again')]);
    expect(judge(await release.audit()).findings).toEqual([]);
  });
});

const EMPTY = { issueId: '', segment: 0, firstSerial: 0, at: 0, events: [] };

describe('rows from before the chain', () => {
  /** As a version without chain has left them: the first ones, or all of them. */
  async function anOldRelease(isOld: (segment: number) => boolean): Promise<AuditedRelease> {
    const old = await anAuditedRelease();
    const { rows } = old.world.ports.memory;
    for (const [name, text] of rows) {
      const row = JSON.parse(text) as { data: { segment?: number; history?: object } };
      const { data } = row;
      if (name.includes('events') && isOld(data.segment ?? 0)) {
        const before = { ...data, format: undefined, audience: undefined };
        rows.set(name, JSON.stringify({ ...row, data: before }));
      }
      if (name.includes('release') && 'history' in data) {
        const history = { ...data.history, chainedFrom: undefined };
        rows.set(name, JSON.stringify({ ...row, data: { ...data, history } }));
      }
    }
    return old;
  }

  test('pass, and the verifier says from where the chain holds', async () => {
    const old = await anOldRelease(() => true);
    const { segments } = (await old.world.record()).history;
    await old.world.click('submit', REPORTER);
    await old.world.click('start', TESTER);
    await old.finish();
    await old.poll();

    const { findings, statements } = judge(await old.audit(), old.own);

    expect(segments).toBeGreaterThan(0);
    expect(findings).toEqual([]);
    expect(statements[1]).toContain(`The chain was checked from segment ${segments + 1} to`);
    expect(statements[1]).toContain('older version');
    expect((await old.world.record()).history.chainedFrom).toBe(segments + 1);
  });

  test('pass where nothing has happened since, and the verifier says that nothing is proven', async () => {
    const old = await anOldRelease(() => true);

    const { findings, statements } = judge(await old.audit(), old.own);

    expect(findings).toEqual([]);
    expect(statements[1]).toContain('nothing proves them');
  });
});

describe('the command', () => {
  const state = join(directory, 'state');
  const lines: string[] = [];
  const check = (asked: Parameters<typeof checkAudit>[0], of = file) => {
    lines.length = 0;
    return checkAudit(asked, of, (line) => lines.push(line));
  };
  /** Only the directory matters here. */
  const config = { stateDirectory: state } as NonNullable<
    Parameters<typeof checkAudit>[0]
  >['config'];
  const own = { config, isNamed: true };

  beforeAll(() => {
    const opened = openDatabase(join(scratchState(), 'journal.db'));
    if (opened.kind !== 'opened') throw new Error(opened.sentence);
    writeIdentity(opened.database, release.identity, 'http://127.0.0.1:1');
    for (const signed of release.own.checkpointsOf(release.world.issue.id)) {
      insertCheckpoint(opened.database, Checkpoint.parse(JSON.parse(signed.text)), signed);
    }
    opened.database.close();
  });

  const scratchState = (): string => {
    mkdirSync(state, { recursive: true });
    return state;
  };

  test('ends with 0 only when all holds', async () => {
    writeFileSync(file, JSON.stringify(await release.audit()));

    expect(check(own)).toEqual({ exit: 'done' });
    expect(lines.at(-1)).toContain('This agent keeps');
    expect(check(undefined)).toEqual({ exit: 'done' });
    expect(EXIT_CODES.done.code).toBe(0);
  });

  test('ends with 65 and a sentence for each finding where the app’s own key has signed another history', async () => {
    const whole = await release.audit();
    const [, ...rest] = whole.segments;
    const said = { ...Checkpoint.parse(JSON.parse(whole.head.text)), segments: 0, events: 0 };
    const text = canonicalText({ ...said, head: '' });
    const signature = await release.world.ports.crypto.signAsApp(auditHeadText(text));
    const nothing = { segments: [], acts: [], checkpoints: [] };
    const emptied = { ...whole, head: { text, signature }, ...nothing };
    expect(rest.length).toBeGreaterThan(3);
    writeFileSync(file, JSON.stringify(emptied));

    expect(check(undefined)).toEqual({ exit: 'done' });
    const end = check(own);
    expect(end.exit).toBe('tampered');
    expect(EXIT_CODES.tampered.code).toBe(65);
    expect(end.sentence).toContain('A checkpoint of this agent');
  });

  test('says that there is no such file', () => {
    expect(check(own, join(directory, 'missing.json'))).toMatchObject({ exit: 'usage' });
  });

  test('reads a journal of yesterday, which keeps no checkpoints', async () => {
    const older = new DatabaseSync(join(state, 'journal.db'));
    older.exec('DROP TABLE checkpoints');
    older.close();
    writeFileSync(file, JSON.stringify(await release.audit()));

    expect(check(own).exit).toBe('tampered');
    expect(lines.at(-1)).toBe('This agent keeps 0 checkpoints of the release.');
  });
});
