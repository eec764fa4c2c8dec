/** Opens a built page in Chromium with a bridge that answers from a table, and notes every complaint of the browser. */
import { chromium } from '@playwright/test';
import type { Browser, Page } from '@playwright/test';
import type { BuiltPage } from './built-page';

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });

/** What the resolver answers, by the name of the call. */
export type Resolve = (name: string, payload: unknown) => unknown;

export interface RestAnswer {
  readonly status: number;
  readonly body?: unknown;
}

/** What Jira's REST API answers. */
export type Rest = (method: string, path: string, body: string | null) => RestAnswer;

export interface Host {
  readonly resolve: Resolve;
  readonly rest?: Rest;
  readonly mode?: 'light' | 'dark';
  readonly width?: number;
  /** The test moves the page's clock. */
  readonly isClockOurs?: boolean;
}

export interface Visit {
  readonly page: Page;
  /** Console errors, exceptions and breaches of the content security policy. */
  readonly complaints: readonly string[];
  /** Titles of the flags that Jira was asked to show. */
  readonly flags: readonly string[];
}

/** How far a page is wider than its frame, as the page counts it. */
export const OVERFLOW =
  'document.documentElement.scrollWidth - document.documentElement.clientWidth';

/** Waits for nothing: a test says what it waits for. */
export async function visit(browser: Browser, built: BuiltPage, host: Host): Promise<Visit> {
  const {
    resolve,
    rest = () => ({ status: 404 }),
    mode = 'light',
    width = 760,
    isClockOurs = false,
  } = host;
  const page = await browser.newPage({ viewport: { width, height: 900 }, timezoneId: 'UTC' });
  const complaints: string[] = [];
  const flags: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.setDefaultTimeout(10_000);
  if (isClockOurs) await page.clock.install();
  await page.exposeFunction('answerBridge', async (command: string, data: BridgeData) => {
    switch (command) {
      case 'invoke':
        return invoked(() => resolve(data.functionKey ?? '', data.payload));
      case 'fetchProduct':
        return { answered: restAnswer(rest, data) };
      case 'getContext':
        return { answered: { locale: 'en-US', timezone: 'UTC' } };
      case 'showFlag':
        flags.push(data.title ?? '');
        return { answered: true };
      default:
        return { answered: undefined };
    }
  });
  // The bridge reads this at its import. Source: @forge/bridge 7.2.0, out/bridge.js.
  await page.addInitScript(`globalThis.__bridge = {
    callBridge: async (command, data) => {
      const { answered, threw } = await globalThis.answerBridge(command, data ?? {});
      if (threw !== undefined) throw new Error(threw);
      return answered;
    },
  };`);
  await page.goto(built.url(mode));
  return { page, complaints, flags };
}

/** An error crosses from here to the page as its words. */
async function invoked(call: () => unknown): Promise<{ answered?: unknown; threw?: string }> {
  try {
    return { answered: await call() };
  } catch (error) {
    return { threw: error instanceof Error ? error.message : String(error) };
  }
}

interface BridgeData {
  readonly functionKey?: string;
  readonly payload?: unknown;
  readonly restPath?: string;
  readonly title?: string;
  readonly fetchRequestInit?: { readonly method?: string; readonly body?: string | null };
}

/** Source of the shape: @forge/bridge 7.2.0, out/fetch/fetch.js. */
function restAnswer(rest: Rest, { restPath = '', fetchRequestInit }: BridgeData) {
  const answer = rest(fetchRequestInit?.method ?? 'GET', restPath, fetchRequestInit?.body ?? null);
  return {
    status: answer.status,
    statusText: '',
    headers: { 'content-type': 'application/json' },
    body: answer.body === undefined ? '' : JSON.stringify(answer.body),
  };
}

/** The answer of a resolver that does what it is asked. */
export const answered = (answer: unknown): unknown => ({ kind: 'answer', answer });
