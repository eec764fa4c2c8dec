/** Which release on a host is an approved plan's: by its package, and where configuration was merged in, by the bytes too. */
import type { HostStep } from '#core/plan-step';
import type { MergedDigests } from './centres/merged-digests';
import type { Hold } from './hold';
import type { InstalledRelease } from './ports/hosts';

/** The approved package that a step is about. */
export const packageOf = (step: HostStep): string =>
  step.stage === 'CODE' ? step.artifact.sha256 : step.artifactSha256;

/** A site's release as one plan puts it on hosts. */
export interface PlannedRelease {
  readonly artifactSha256: string;
  /** Digests of the packages merged for this plan, oldest first; none: the package went as it is. */
  readonly merged: readonly string[];
}

/** What the plan's release of the step's site is, as far as this agent remembers. */
export async function plannedRelease(
  digests: MergedDigests,
  { claim }: Hold,
  step: HostStep,
): Promise<PlannedRelease> {
  const merged = await digests.of({ plan: claim.planDigest, site: step.site });
  return { artifactSha256: packageOf(step), merged };
}

/** Whether a host's release is one that this plan put there. */
export const isPlanned = (
  found: InstalledRelease | null,
  { artifactSha256, merged }: PlannedRelease,
): boolean =>
  found !== null &&
  (found.artifactSha256 ?? found.digest) === artifactSha256 &&
  (merged.length === 0 || merged.includes(found.digest));

/** Whether a host's release is the plan's as it stands now, the newest configuration included. */
export const isNewest = (found: InstalledRelease | null, planned: PlannedRelease): boolean =>
  isPlanned(found, planned) &&
  (planned.merged.length === 0 || found?.digest === planned.merged.at(-1));
