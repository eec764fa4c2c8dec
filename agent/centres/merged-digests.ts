/** Which merged packages an approved plan has put on hosts: a host names its release by that digest. */
import { join } from 'node:path';
import { z } from 'zod';
import { namesIn, readIfAny, writeDurably } from './durable-file';

/** A site in an approved plan. */
export interface PlannedSite {
  /** The plan's digest. */
  readonly plan: string;
  readonly site: string;
}

export interface MergedDigests {
  /** Oldest first; none where nothing was merged. */
  of(planned: PlannedSite): Promise<readonly string[]>;
  /** Of all plans, in no order. */
  ofSite(site: string): Promise<readonly string[]>;
  /** Written before the first host gets the package. */
  add(planned: PlannedSite, digest: string): Promise<void>;
}

const Digests = z.array(z.string());

/** A site's id may end as another one's does. */
const PLAN = /^[0-9a-f]{64}$/;

/** The memory in a directory: a file for each plan and site. */
export function createMergedDigests(directory: string): MergedDigests {
  const fileOf = ({ plan, site }: PlannedSite): string => join(directory, `${plan}-${site}.json`);
  const read = async (planned: PlannedSite): Promise<readonly string[]> => {
    const text = await readIfAny(fileOf(planned));
    return text === undefined ? [] : Digests.parse(JSON.parse(text));
  };
  return {
    of: read,
    ofSite: async (site) => {
      const names = (await namesIn(directory)).filter((name) => name.endsWith(`-${site}.json`));
      const plans = names.map((name) => name.slice(0, -`-${site}.json`.length));
      const known = await Promise.all(
        plans.filter((plan) => PLAN.test(plan)).map((plan) => read({ plan, site })),
      );
      return known.flat();
    },
    add: async (planned, digest) => {
      const others = (await read(planned)).filter((other) => other !== digest);
      const bytes = `${JSON.stringify([...others, digest])}\n`;
      await writeDurably({ path: fileOf(planned), bytes, mode: 0o600 });
    },
  };
}
