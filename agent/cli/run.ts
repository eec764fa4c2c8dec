/** `interlock-agent run`: the agent itself, until it is told to stop. */
import { liveAgent } from '../agent-loop';
import type { AgentConfig } from '../config';
import { watchDrain } from '../drain-request';
import type { CommandEnd } from '../exit-codes';
import { readIdentity } from '../journal';
import { keepLog } from '../kept-log';
import { createLog } from '../log';
import type { Agent } from '../ports/agent';
import type { Log } from '../ports/log';
import { probeDatabase } from '../sql/probe-database';
import { connectLocal } from '../transports/connect-local';
import { AGENT_VERSION } from '../version';
import { assembleAgent } from './assemble-agent';
import { openState, statePaths } from './state-directory';

/** Runs until `stopping` aborts; `file` is the agent.yml that the configuration came from. */
export async function runAgent(
  config: AgentConfig,
  file: string,
  stopping: AbortSignal,
): Promise<CommandEnd> {
  const opened = openState(config.stateDirectory);
  if (opened.kind === 'failed') return opened.end;
  const { state } = opened;
  const drain = watchDrain(statePaths(config.stateDirectory).drain);
  try {
    const identity = readIdentity(state.database);
    if (!identity) {
      return {
        exit: 'notEnrolled',
        sentence: `This agent is not enrolled; run: interlock-agent enroll --code <code> --config ${file}`,
      };
    }
    if (identity.url !== config.url) {
      return {
        exit: 'config',
        sentence: `${file}: url is "${config.url}", and this agent is enrolled at "${identity.url}"; correct it, or enroll again.`,
      };
    }
    const log = createLog(keepLog(statePaths(config.stateDirectory).log));
    const agent = assembleAgent({ config, file, state, identity, log });
    log.info('The agent has started.', { version: AGENT_VERSION });
    void tellDatabases(agent);
    void tellLocalUsers(config, file, log);
    drain.asked.addEventListener('abort', () => {
      log.info('Asked to drain: no new job begins, and what has begun comes to its end.');
    });
    const end = await liveAgent(agent, stopping, drain.asked).catch((cause: unknown) => {
      throw redactedError(cause, agent.redact);
    });
    drain.fulfil();
    log.info('The agent ends.', { ...end });
    switch (end.kind) {
      case 'stopped':
        return { exit: 'done' };
      case 'drained':
        return {
          exit: 'drained',
          sentence: 'This agent has drained, as it was asked to; start it again to take work.',
        };
      case 'revoked':
        return {
          exit: 'refused',
          sentence: 'The app no longer knows this agent; enroll it again.',
        };
      case 'outdated':
        return { exit: 'outdated', sentence: end.sentence };
    }
  } finally {
    drain.close();
    state.close();
  }
}

/** What breaks the agent down is printed, and an error of a library may quote what it was given. */
function redactedError(cause: unknown, redact: Agent['redact']): unknown {
  if (!(cause instanceof Error)) return cause;
  cause.message = redact(cause.message);
  cause.stack = redact(cause.stack ?? cause.message);
  return cause;
}

/** Says in the log as whom packages run on this machine: a shell may use sudo where the service may not. */
async function tellLocalUsers({ hosts }: AgentConfig, file: string, log: Log): Promise<void> {
  for (const rule of hosts) {
    if (rule.transport !== 'local') continue;
    const connected = await connectLocal(rule, file);
    if (connected.kind === 'failed') log.warn(connected.failure.sentence);
    else if (rule.runAs !== undefined) log.info(`Packages run on this machine as ${rule.runAs}.`);
  }
}

/** Says in the log which databases answer; work does not wait for it, and asks again before it begins. */
async function tellDatabases({ databases, log, settings }: Agent): Promise<void> {
  for (const rule of settings.databases) {
    const probed = await probeDatabase(databases, rule);
    if (probed.kind === 'answers') log.info(probed.sentence);
    else log.warn(probed.failure.sentence);
  }
}
