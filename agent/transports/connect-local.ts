/** As whom commands run on the agent's own machine: what a package starts must not read what the agent keeps. */
import type { LocalRule } from '../config';
import { localTransport } from './local';
import type { SshConnection } from './ssh';

const LOOK_SECONDS = 20;

/** Opens the way to this machine, if packages run as a user of their own there; `file` is named in refusals. */
export async function connectLocal(
  { runAs, trustsPackages }: LocalRule,
  file: string,
): Promise<SshConnection> {
  if (runAs === undefined) {
    if (trustsPackages === true) return { kind: 'connected', transport: localTransport() };
    return refuse(
      `${file}: an entry of hosts has transport: local without runAs, so packages would run as the agent's own user and could read its keys and secrets; name another user of this machine as runAs there, as agent.example.yml shows.`,
    );
  }
  const transport = localTransport(runAs);
  const asked = await transport.run(['id', '-u'], { seconds: LOOK_SECONDS });
  if (asked.kind === 'lost' || asked.exitCode !== 0) {
    const why = asked.kind === 'lost' ? asked.sentence : (asked.stderr.split('\n')[0] ?? '');
    return refuse(
      `${file}: runAs is ${runAs}, and this agent may run nothing as that user (${why}); allow it as agent.example.yml shows: a line in sudoers, and NoNewPrivileges=no in the unit.`,
    );
  }
  const uid = Number(asked.stdout.trim());
  if (uid !== 0 && uid !== process.getuid?.()) return { kind: 'connected', transport };
  const whom = uid === 0 ? 'root' : "the agent's own user";
  return refuse(
    `${file}: runAs is ${runAs}, which is ${whom}, so packages could read the agent's keys and secrets; name another user of this machine there.`,
  );
}

const refuse = (sentence: string): SshConnection => ({
  kind: 'failed',
  failure: { class: 'permission', sentence },
});
