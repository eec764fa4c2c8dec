/** `interlock-agent enroll`: makes this agent known to an installation, once. */
import { randomBytes } from 'node:crypto';
import { EnrollData } from '#wire/agent';
import { enroll } from '../app-client';
import { machineClock } from '../clock';
import { clocksText } from '../clock-trouble';
import type { AgentConfig } from '../config';
import { createExchange } from '../exchange';
import type { CommandEnd } from '../exit-codes';
import { readIdentity, writeIdentity } from '../journal';
import { fingerprintOf } from '../keys';
import { createLog } from '../log';
import { CORRECTION_MAX_SECONDS, createServerTime } from '../server-time';
import { openState } from './state-directory';

export interface EnrollOptions {
  readonly url: string;
  readonly code: string;
  readonly name: string;
}

/** Enrolls and pins what the installation says of itself. */
export async function runEnroll(
  config: AgentConfig,
  { url, code, name }: EnrollOptions,
  print: (line: string) => void,
): Promise<CommandEnd> {
  const wrong = wrongOptions({ url, code, name });
  if (wrong !== undefined) return { exit: 'usage', sentence: wrong };
  const opened = openState(config.stateDirectory);
  if (opened.kind === 'failed') return opened.end;
  const { key, database, close } = opened.state;
  try {
    const sender = {
      exchange: createExchange(url, config.limits),
      clock: machineClock,
      time: createServerTime(machineClock),
      key,
      boot: randomBytes(8).toString('hex'),
      log: createLog(),
    };
    const result = await enroll(sender, code.trim(), name);
    if (result.kind === 'unreachable') return { exit: 'unreachable', sentence: result.sentence };
    if (result.kind === 'refused' && result.speaks !== undefined) {
      return {
        exit: 'outdated',
        sentence: `${result.message} The code stays good until it runs out.`,
      };
    }
    const ahead = sender.time.aheadSeconds();
    if (result.kind === 'refused' && Math.abs(ahead) > CORRECTION_MAX_SECONDS) {
      return {
        exit: 'refused',
        sentence: `${clocksText(sender.time)}, more than an hour apart, so the app refuses this enrollment; set the clock of this machine, then enroll again with the same code.`,
      };
    }
    if (result.kind === 'refused') {
      return {
        exit: 'refused',
        sentence:
          result.error === 'invalid'
            ? `The app refused this enrollment: ${result.message}`
            : `The app refused this enrollment: its code is wrong, used or older than 15 minutes; ask an admin for a new one. ${readIdentity(database) ? `Or this agent, which was enrolled before, was revoked: then move key.pem out of ${config.stateDirectory}, because a revoked key stays worthless, and enroll again.` : ''}`.trim(),
      };
    }
    const own = fingerprintOf(key.publicKey);
    if (hexOf(result.answer.fingerprint) !== hexOf(own)) {
      return {
        exit: 'refused',
        sentence: 'The app received another key than this agent sent; nothing was pinned.',
      };
    }
    writeIdentity(database, result.answer, url);
    print(`Enrolled as ${result.answer.agent} with the installation ${result.answer.audience}.`);
    print(
      `Compare this fingerprint with the one in Interlock's settings, then confirm the agent there:`,
    );
    print(own);
    return { exit: 'done' };
  } finally {
    close();
  }
}

/** Which of the options the app would refuse in words that tell nothing. */
function wrongOptions({ url, code, name }: EnrollOptions): string | undefined {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    return `enroll: --url is an address that begins with http:// or https://, as Interlock's settings show it, and not ${JSON.stringify(url)}.`;
  if (!EnrollData.shape.code.safeParse(code.trim()).success)
    return `enroll needs --code <code>: the 20 to 64 characters that Interlock's settings have shown once, and not ${code.length} of them.`;
  return EnrollData.shape.name.safeParse(name).success
    ? undefined
    : `enroll: --name has 1 to 80 characters, and not ${name.length}.`;
}

const hexOf = (fingerprint: string): string => fingerprint.toLowerCase().replace(/[^0-9a-f]/g, '');
