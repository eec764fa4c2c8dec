/** Who is in town: everybody for everything, or, in some seeds, groups with agents of their own and machine rooms. */
import type { Policy } from '#core/policy';
import type { Reach } from '#core/reach';
import type { Site } from '#core/site';
import type { Chance } from './chance';
import { isDivided } from './shares';
import type { Sim } from './sim';

const ENVIRONMENTS = ['SIT', 'PROD'];
const ROOMS = ['r1', 'r2'];

/** An agent as it is to be enrolled. */
export interface DrawnAgent extends Reach {
  readonly name: string;
  /** It reaches all that its group has, so that it alone can end what was begun. */
  readonly isWhole: boolean;
}

/** The sites with their groups, and their hosts in rooms. */
export function divide({ chance }: Sim, sites: readonly Site[]): readonly Site[] {
  const groups = chance.pick([
    ['east', 'west'],
    ['east', undefined],
    [undefined, 'west'],
  ]);
  return sites.map((site, index) => {
    const group = groups[index];
    return { ...housed(chance, site), ...(group !== undefined && { group }) };
  });
}

const housed = (chance: Chance, site: Site): Site => ({
  ...site,
  environments: Object.fromEntries(
    Object.entries(site.environments).map(([id, place]) => [
      id,
      { ...place, hosts: place.hosts.map((host) => ({ ...host, room: chance.pick(ROOMS) })) },
    ]),
  ),
});

/** The site with the last host of each environment in the other room. */
export const rehoused = (site: Site): Site => ({
  ...site,
  environments: Object.fromEntries(
    Object.entries(site.environments).map(([id, place]) => {
      const moved = place.hosts.map((host, index) => {
        const isLast = index === place.hosts.length - 1;
        return isLast ? { ...host, room: host.room === 'r1' ? 'r2' : 'r1' } : host;
      });
      return [id, { ...place, hosts: moved }];
    }),
  ),
});

/** Now and then the database belongs to a group as well. */
export function drawGroups({ chance }: Sim, sites: readonly Site[]): Pick<Policy, 'groups'> {
  const id = sites.find(({ group }) => group !== undefined)?.group;
  return id === undefined || chance.happens(0.6)
    ? {}
    : { groups: [{ id, databases: ['orders'], centres: [] }] };
}

/** Two that may work everywhere; now and then one more, for one environment. Where groups are, so for each of them, and one for one room. */
export function drawAgents(sim: Sim, sites: readonly Site[]): readonly DrawnAgent[] {
  const { chance } = sim;
  const name = (index: number): string => `agent-${'abcdefgh'.charAt(index)}`;
  if (!isDivided(sim)) {
    const both = [0, 1].map((index) => whole(name(index), {}));
    if (!chance.happens(0.3)) return both;
    return [...both, { name: name(2), environments: [chance.pick(ENVIRONMENTS)], isWhole: false }];
  }
  const groups = [...new Set(sites.map(({ group }) => group))];
  return groups.flatMap((group, index) => {
    const own = group === undefined ? {} : { group };
    const narrow = { ...own, environments: ENVIRONMENTS, rooms: [chance.pick(ROOMS)] };
    return [
      whole(name(3 * index), own),
      whole(name(3 * index + 1), chance.happens(0.5) ? own : { ...own, rooms: ROOMS }),
      { name: name(3 * index + 2), ...narrow, isWhole: false },
    ];
  });
}

const whole = (name: string, reach: Omit<Reach, 'environments'>): DrawnAgent => ({
  name,
  environments: ENVIRONMENTS,
  ...reach,
  isWhole: true,
});
