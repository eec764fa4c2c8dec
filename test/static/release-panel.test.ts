/** The panel as a person sees it: built, under Forge's policy, in Chromium, with a stub for Jira and the app. */
import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { exportAudit } from '#app/export-audit';
import { PANEL_CALLS } from '#wire/page';
import { verifyAudit } from '../../agent/verify-audit/verify-audit';
import { anAuditedRelease, wander } from '../support/audited-release';
import { worldOf } from './support/jira-of-page';
import type { Call } from './support/jira-of-page';
import { openPage } from './support/opened-page';
import { CODE, DEPLOYED, DRAFT, FAILED, READY, REVIEW, UNBEGUN, UNKNOWN } from './support/releases';
import { unreadable } from './support/readability';
import { answered, OVERFLOW } from './support/visit';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const panel = openPage('release-panel');

const open = async (world: ReturnType<typeof worldOf>, isClockOurs = false) => {
  const seen = await panel.visit({ ...world, isClockOurs });
  await seen.page.getByRole('tablist').waitFor();
  return seen;
};

describe('every state of a release', () => {
  test.each([
    ['a draft without content', DRAFT, 'Waiting for content', 'Save content'],
    ['one that waits for its start', READY, 'Ready to start in UAT.', 'web-sh-04'],
    ['one that waits for a DBA', REVIEW, 'Waiting for a DBA to review', 'Awaiting DBA review'],
    ['one at work', CODE, 'The package is being staged', '2 of 4 updated'],
    [
      'one that failed',
      FAILED,
      'Code failed in UAT: health check',
      'redis-03 refused the connection',
    ],
    [
      'one whose outcome is unknown',
      UNKNOWN,
      'has it been done?',
      'This statement is done: run the rest',
    ],
    ['one that no agent has begun', UNBEGUN, 'nothing has begun', 'Retry: offer it again'],
    ['one that is deployed', DEPLOYED, 'Deployed in UAT.', '4 of 4 updated'],
  ])(
    '%s is drawn in light and dark, from 280 pixels on, without a complaint',
    async (_name, view, now, below) => {
      for (const mode of ['light', 'dark'] as const) {
        const { page, complaints } = await panel.visit({ ...worldOf(view), mode });

        await page.getByRole('region', { name: 'Now' }).getByText(now).first().waitFor();
        await page.getByText(below).first().waitFor();
        expect(await page.evaluate(OVERFLOW)).toBe(0);
        expect(await unreadable(page)).toEqual([]);
        await page.setViewportSize({ width: 280, height: 900 });
        expect(await page.evaluate(OVERFLOW)).toBe(0);
        expect(complaints).toEqual([]);
        await page.close();
      }
    },
    60_000,
  );

  test('is as high as what it shows, so that Jira can make its frame so high', async () => {
    const { page } = await open(worldOf(CODE));

    await page.setViewportSize({ width: 760, height: 150 });

    expect(Number(await page.evaluate('document.body.offsetHeight'))).toBeGreaterThan(400);
    await page.close();
  });

  test('shows grey bars with a word for screen readers until the first answer', async () => {
    const { page } = await panel.visit({ resolve: () => new Promise(() => undefined) });

    await page.getByRole('status').getByText('Loading the release').waitFor();
    await page.close();
  });

  test('says why it could not be loaded, and loads again', async () => {
    let isDown = true;
    const { page } = await panel.visit({
      ...worldOf(READY, {
        answer: () => (isDown ? { kind: 'refused', sentence: 'The store is busy.' } : undefined),
      }),
    });

    await page.getByRole('alert').getByText('The store is busy.').waitFor();
    isDown = false;
    await page.getByRole('button', { name: 'Load again' }).click();

    await page.getByText('Ready to start in UAT.').waitFor();
    await page.close();
  });

  test('says that an issue is no release', async () => {
    const sentence = 'Interlock does not know this issue as a release yet.';
    const { page } = await panel.visit({
      resolve: () => answered({ kind: 'not-a-release', sentence }),
    });

    await page.getByText(sentence).waitFor();
    await page.close();
  });
});

describe('the activity', () => {
  test('says where the rest stands when a long story has lost its beginning', async () => {
    const older = 'What is older stands in the issue’s history.';
    for (const [view, count] of [
      [READY, 0],
      [{ ...READY, story: READY.story.slice(0, 2) }, 1],
    ] as const) {
      const { page } = await open(worldOf(view));
      await page.getByRole('tab', { name: 'Activity' }).click();

      await page.getByText('found all approvals given').waitFor();
      expect(await page.getByText(older).count()).toBe(count);
      await page.close();
    }
  }, 60_000);
});

describe('the Now card', () => {
  test('names who may act by their names in Jira', async () => {
    const { page } = await open(worldOf(READY));

    await page.getByText('Start: Lee Leader, Zhang Min').waitFor();
    await page.close();
  });

  test('performs Jira’s own transition, and says when the app takes long to record it', async () => {
    const world = worldOf(READY);
    const { page, flags } = await open(world, true);

    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByText('Jira accepted.').waitFor();
    expect(world.performed).toEqual([{ transition: { id: '12' } }]);
    expect(flags).toEqual(['Start: Jira accepted']);

    await page.clock.runFor(16_000);
    await page.getByText('Jira accepted; Interlock has not recorded it yet.').waitFor();
    world.show({ ...CODE, mark: 'started' });
    await page.clock.runFor(4_000);
    await page.getByText('The package is being staged').waitFor();
    expect(await page.getByText('Jira accepted').count()).toBe(0);
    await page.close();
  });

  test('shows the sentence with which Jira refuses, and lets the person try again', async () => {
    const refusal = 'No agent for UAT has been heard from in the last 3 minutes.';
    const { page } = await open(worldOf(READY, { refusal }));

    await page.getByRole('button', { name: 'Start', exact: true }).click();

    await page.getByRole('alert').getByText(refusal).waitFor();
    expect(await page.getByRole('button', { name: 'Start', exact: true }).isEnabled()).toBe(true);
    await page.close();
  });

  test('says that somebody was faster, and looks again, when Jira no longer offers the transition', async () => {
    const world = worldOf(READY, { refusal: "Transition id '14' is not valid for this issue." });
    const { page } = await open(world);
    const looks = () => world.calls.filter(({ name }) => name === 'release.show').length;
    await page.getByRole('button', { name: 'Start', exact: true }).isEnabled();
    const before = looks();
    world.offer([]);

    await page.getByRole('button', { name: 'Start', exact: true }).click();

    await page
      .getByRole('alert')
      .getByText('Jira no longer offers Start: somebody has moved the release meanwhile')
      .waitFor();
    await expectSoon(() => looks() > before);
    await page.close();
  });

  test('keeps a button shut that Jira does not offer, and says to whom it is reserved', async () => {
    const { page } = await open(worldOf(READY, { offered: [] }));

    await page.getByText('Start is reserved in UAT to the leaders of its sites').waitFor();
    expect(await page.getByRole('button', { name: 'Start', exact: true }).isEnabled()).toBe(false);
    await page.close();
  });

  test('says that Jira is behind while it is, and opens the button when it has come', async () => {
    const world = worldOf(READY, { offered: [] });
    world.stand('Awaiting approval');
    const { page } = await open(world);

    await page.getByText('Interlock is still moving this issue to Ready').waitFor();
    expect(await page.getByText('is reserved').count()).toBe(0);
    world.stand('Ready');
    world.offer(['Start', 'Abort']);

    await page.locator('button:enabled', { hasText: /^Start$/ }).waitFor();
    await page.close();
  });

  test('asks for a reason in place, forgets it on Escape, and sends it as a document', async () => {
    const world = worldOf(FAILED);
    const { page } = await open(world);

    await page.getByRole('button', { name: 'Roll back', exact: true }).click();
    const reason = page.getByLabel('Reason, shown in the activity');
    await reason.waitFor();
    expect(await page.evaluate('document.activeElement.tagName')).toBe('TEXTAREA');
    await page.keyboard.press('Escape');
    await reason.waitFor({ state: 'detached' });

    await page.getByRole('button', { name: 'Roll back', exact: true }).click();
    const confirm = page.getByRole('button', { name: 'Roll back REL-12' });
    expect(await confirm.isEnabled()).toBe(false);
    await reason.fill('503 after the switch');
    await confirm.click();

    await page.getByText('Jira accepted.').waitFor();
    const paragraph = {
      type: 'paragraph',
      content: [{ type: 'text', text: '503 after the switch' }],
    };
    expect(world.performed).toEqual([
      {
        transition: { id: '16' },
        fields: { customfield_10020: { type: 'doc', version: 1, content: [paragraph] } },
      },
    ]);
    await page.close();
  });

  test('takes each answer to the question of an unknown outcome', async () => {
    const world = worldOf(UNKNOWN);
    const { page } = await open(world);

    for (const [words, answer] of [
      ['This statement is done: run the rest', 'done'],
      ['It is not done: stop here', 'not-done'],
      ['Run it again, then the rest', 'retry'],
    ] as const) {
      await page.getByRole('button', { name: words, disabled: false }).click();
      await expectSoon(() => world.calls.some((call) => call.payload['answer'] === answer));
      const call = world.calls.find(({ payload }) => payload['answer'] === answer);
      expect(call?.payload['about']).toEqual(UNKNOWN.about);
    }
    await page.close();
  });

  test('shows what is known, what is not and the choices in a line each', async () => {
    const { page } = await open(worldOf(UNKNOWN));

    const lines = (await page.locator('.now-reason').innerText()).split('\n');
    expect(lines.map((line) => line.split(/[:,]/)[0])).toEqual(['Known', 'Not known', 'Choices']);
    await page.close();
  });

  test('offers no «done» for work that no agent has begun', async () => {
    const { page } = await open(worldOf(UNBEGUN));

    const group = page.getByRole('group', { name: 'What became of the work' });
    expect(await group.getByRole('button').allInnerTexts()).toEqual([
      'Not done: stop here',
      'Retry: offer it again',
    ]);
    await page.close();
  });

  test('is not asked for anew while the page is hidden', async () => {
    const world = worldOf(CODE);
    const { page } = await open(world, true);

    await page.evaluate("Object.defineProperty(document, 'hidden', { value: true })");
    const before = world.calls.length;
    await page.clock.runFor(120_000);

    expect(world.calls.length).toBe(before);
    await page.close();
  });
});

describe('scripts', () => {
  test('show their text when somebody wants to read it', async () => {
    const text = 'ALTER TABLE coupon ADD COLUMN scope int;';
    const world = worldOf(REVIEW, {
      answer: ({ name }) =>
        name === 'text.get' ? answered({ kind: 'piece', text, nextOffset: null }) : undefined,
    });
    const { page } = await open(world);
    expect(world.calls.some(({ name }) => name === 'text.get')).toBe(false);

    await page.getByRole('button', { name: 'Show 01_add_coupon_scope.sql' }).click();

    await page.getByText(text).waitFor();
    await page.close();
  });

  test('are approved by their mark, and rejected with a reason only', async () => {
    const world = worldOf(REVIEW);
    const { page, flags } = await open(world);
    const card = page.getByRole('article', { name: '02_backfill_scope.sql' });
    const reviews = () =>
      world.calls.filter(({ name }) => name === 'script.review').map(({ payload }) => payload);

    await card.getByRole('button', { name: 'Approve 02_backfill_scope.sql' }).click();
    await expectSoon(() => reviews().length === 1);
    await card.getByRole('button', { name: 'Reject 02_backfill_scope.sql' }).click();
    const reject = card.getByRole('button', { name: 'Reject script' });
    expect(await reject.isEnabled()).toBe(false);
    await card.getByLabel('Why it must not run').fill('No index on type.');
    await reject.click();
    await expectSoon(() => flags.length === 2);

    const { mark } = REVIEW.scripts[1] ?? { mark: '' };
    expect(reviews()).toEqual([
      { script: 'script-2', mark, verdict: 'approved', reason: '' },
      { script: 'script-2', mark, verdict: 'rejected', reason: 'No index on type.' },
    ]);
    await page.close();
  });
});

describe('the content editor', () => {
  test('keeps what was typed when a call fails, and sends it with the next', async () => {
    let isDown = true;
    const world = worldOf(DRAFT, {
      answer: ({ name }) => {
        if (name === 'text.put' && isDown) throw new Error('The network is gone.');
        return undefined;
      },
    });
    const { page, flags } = await open(world);
    await page.getByRole('button', { name: 'Add script' }).click();
    await page.getByLabel('Database').fill('orders');
    await page.getByRole('textbox', { name: 'SQL', exact: true }).fill('SELECT 1;');

    await page.getByRole('button', { name: 'Save content' }).click();
    await page.getByText('The network is gone. What you wrote is still here.').waitFor();
    await page.getByRole('tab', { name: 'Activity' }).click();
    await page.getByRole('tab', { name: 'Content' }).click();
    const kept = page.getByRole('textbox', { name: 'SQL', exact: true });
    expect(await kept.inputValue()).toBe('SELECT 1;');
    isDown = false;
    await page.getByRole('button', { name: 'Save content' }).click();
    await expectSoon(() => flags.includes('Content saved'));

    const put = world.calls.find(({ name }) => name === 'content.put')?.payload;
    const text = { sha256: sha256('SELECT 1;'), bytes: 9 };
    expect(put).toEqual({
      base: 'content-1',
      content: {
        kind: 'Minor',
        sql: [{ id: 'script-1', name: 'script-1.sql', database: 'orders', text }],
        config: [],
        code: [],
      },
    });
    await page.close();
  }, 60_000);

  test('says at each field what is wrong, before anything is sent, until it is right [S1-3]', async () => {
    const world = worldOf(DRAFT);
    const { page } = await open(world);
    await page.getByRole('button', { name: 'Add site' }).click();
    await page.getByRole('button', { name: 'Add script' }).click();
    await page.getByRole('button', { name: 'Add change' }).click();

    await page.getByRole('button', { name: 'Save content' }).click();

    const said = page.getByRole('alert');
    await said.getByText('Site 1 needs a name').waitFor();
    await said.getByText('8 more fields are marked above.').waitFor();
    const fields = ['Site', 'Version', 'Package SHA-256', 'Database', 'SQL', 'Centre', 'Namespace'];
    for (const name of fields) {
      const field = page.getByRole('textbox', { name, exact: true });
      expect([name, await field.getAttribute('aria-invalid')]).toEqual([name, 'true']);
      const id = await field.getAttribute('aria-describedby');
      const below = await page.locator(`[id="${id ?? ''}"]`).textContent();
      expect(below).toMatch(/^(Site|Script|Configuration change) 1 (needs|has) /);
    }
    await page.getByText('Configuration change 1 changes no key; add one.').waitFor();
    await page.getByLabel('Version').fill('1.2.0');
    await page.getByText('Site 1 needs a version').waitFor({ state: 'detached' });
    expect(world.calls.every(({ name }) => name.startsWith('release.'))).toBe(true);
    await page.close();
  });

  test('is closed with its reason while the release is under way', async () => {
    const { page } = await open(worldOf(REVIEW));
    await page.getByRole('tab', { name: 'Content' }).click();

    await page.getByText('Editing the content is not possible').waitFor();
    expect(await page.getByRole('button', { name: 'Save content' }).count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Add script' }).isEnabled()).toBe(false);
    await page.close();
  });
});

describe('the tabs', () => {
  test('are one stop of the Tab key, with arrows between them', async () => {
    const { page } = await open(worldOf(CODE));
    await page.getByRole('tab', { name: 'Hosts' }).focus();

    await page.keyboard.press('ArrowRight');
    expect(await page.getByRole('tab', { name: 'SQL' }).getAttribute('aria-selected')).toBe('true');
    await page.keyboard.press('End');

    await page.getByText('found all approvals given').waitFor();
    await page.close();
  });
});

describe('the first load', () => {
  test('is counted by the build, which fails above the budget', () => {
    const [, js, css] = /first load (\d+) bytes of JS, (\d+) of CSS/.exec(panel.words()) ?? [];

    expect(Number(js)).toBeLessThanOrEqual(150_000);
    expect(Number(css)).toBeLessThanOrEqual(20_000);
  });
});

/** Waits for a condition on this side of the bridge. */
async function expectSoon(condition: () => boolean, milliseconds = 10_000): Promise<void> {
  const deadline = performance.now() + milliseconds;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('The page did not get there in time.');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('the audit', () => {
  test('is downloaded as one file that the verifier passes, and a refusal is told', async () => {
    const release = await anAuditedRelease();
    let drawn = 0;
    await wander(release, () => ((drawn += 7) % 20) / 20, 30);
    const { ports, issue } = release.world;
    let refuse = false;
    const answer = ({ name, payload }: Call): unknown => {
      if (name !== 'audit.get') return undefined;
      if (refuse) return { kind: 'refused', sentence: 'Not now.' };
      const start = PANEL_CALLS['audit.get'].parse(payload);
      return exportAudit(ports, { issueId: issue.id, ...start }).then(answered);
    };
    const { page, complaints } = await open(worldOf(DEPLOYED, { answer }));
    await page.getByRole('tab', { name: 'Activity' }).click();
    const button = page.getByRole('button', { name: 'Download audit' });

    const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);

    expect(download.suggestedFilename()).toBe(`audit-${issue.key}.json`);
    const { findings, statements } = verifyAudit(await download.path(), release.own);
    expect(findings).toEqual([]);
    expect(statements.join()).toContain('This agent keeps');
    expect((await release.audit()).segments.length).toBeGreaterThan(12);

    refuse = true;
    await button.click();
    await page.getByRole('alert').getByText('Not now.').waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  });
});
