/** I13, as an auditor sees it: what is downloaded at any moment holds by the agent's own verifier, which shares no code with the app. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { Checkpoint } from '#wire/checkpoint';
import type { SignedCheckpoint } from '#wire/checkpoint';
import { verifyAudit } from '../../agent/verify-audit/verify-audit';
import type { AuditFile } from '../../static/release-panel/src/join-pages';
import type { AgentMachine } from './agent-machine';
import type { Sim } from './sim';

/** The verifier reads a file, as an auditor has one. */
let directory: string | undefined;

function fileWith(text: string): string {
  if (directory === undefined) {
    const made = mkdtempSync(join(tmpdir(), 'interlock-audits-'));
    process.once('exit', () => rmSync(made, { recursive: true, force: true }));
    directory = made;
  }
  const file = join(directory, 'audit.json');
  writeFileSync(file, text);
  return file;
}

/** Judges a download by what the machine's agent has kept; `before`: of that, what it had when the download began. */
export function judgeAudit(
  sim: Sim,
  audit: AuditFile,
  { identity, kept }: AgentMachine,
  before: readonly SignedCheckpoint[],
): void {
  // Agents that pin an attacker's key take nothing for the installation's.
  if (sim.isOff('decision')) return;
  const { segments } = Checkpoint.parse(JSON.parse(audit.head.text));
  const ofRelease = (signed: SignedCheckpoint): boolean => {
    const read = Checkpoint.parse(JSON.parse(signed.text));
    const isCovered = before.includes(signed) || read.segments <= segments;
    return read.issueId === audit.issueId && isCovered;
  };
  const { findings } = verifyAudit(fileWith(JSON.stringify(audit)), {
    ...identity,
    checkpointsOf: () => kept.filter(ofRelease),
  });
  sim.count('audit judged');
  if (audit.checkpoints.length > 0) sim.count('audit with witnesses judged');
  for (const finding of findings) sim.violated('I13', `The audit of ${audit.issueKey}: ${finding}`);
}
