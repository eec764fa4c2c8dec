/** Where a release is worked on, and whether an agent reaches all of it. */
import { runsIn } from './content';
import type { Facts } from './facts';
import type { Policy, PolicyGroup } from './policy';
import { outOfReach, reaches, sharesGroup } from './reach';
import type { Reach, Workplace } from './reach';
import type { Refusal } from './refusal';
import type { Release } from './release';
import { placeOf } from './site';

type Known = Pick<Facts, 'sites' | 'policy'>;

/** A thing of the release, and the group that it belongs to; undefined: to none. */
interface Belonging {
  readonly what: string;
  readonly group: string | undefined;
}

/** Where the release is worked on in an environment; undefined while it spreads over several groups. */
export function workplaceOf(
  release: Release,
  environment: string,
  known: Known,
): Workplace | undefined {
  const things = belongings(release, environment, known);
  if (strangersIn(things) !== undefined) return undefined;
  const group = things[0]?.group;
  const rooms = roomsOf(release, environment, known);
  return {
    environment,
    ...(group !== undefined && { group }),
    ...(rooms.length > 0 && { rooms: [...rooms] }),
  };
}

/** Why no agent of these can do the release's work. */
export function reachBlockers(
  release: Release,
  environment: string,
  known: Known,
  agents: readonly Reach[],
): readonly Refusal[] {
  const strangers = strangersIn(belongings(release, environment, known));
  if (strangers) return [{ why: 'groups-mixed', things: strangers }];
  const work = workplaceOf(release, environment, known) ?? { environment };
  const group = work.group ?? null;
  const near = agents.filter((agent) => sharesGroup(agent, work));
  if (near.length === 0) return [{ why: 'no-agent', environment, group }];
  if (near.some((agent) => reaches(agent, work))) return [];
  const unserved = (work.rooms ?? []).filter((room) =>
    near.every((agent) => outOfReach(agent, work).includes(room)),
  );
  const rooms = unserved.length > 0 ? unserved : (work.rooms ?? []);
  return [{ why: 'rooms-unserved', environment, group, rooms, isTogether: unserved.length === 0 }];
}

/**
 * Sites say themselves where they belong. A database and a centre go along with the release, for only the file of
 * an agent that knows them opens them, unless the policy gives them to a group.
 */
function belongings(
  { content }: Release,
  environment: string,
  { sites, policy }: Known,
): readonly Belonging[] {
  if (content === null) return [];
  const ofSites = content.code.flatMap(({ site }) => {
    const known = sites.find(({ id }) => id === site);
    return known ? [{ what: `site ${site}`, group: known.group }] : [];
  });
  const ofScripts = content.sql
    .filter((script) => runsIn(script, environment))
    .map(({ database }) => ({
      what: `database ${database}`,
      group: groupWith(policy, ({ databases }) => databases.includes(database)),
    }));
  const ofChanges = content.config
    .filter(({ byHand }) => !byHand)
    .map(({ centre }) => ({
      what: `centre ${centre}`,
      group: groupWith(policy, ({ centres }) => centres.includes(centre)),
    }));
  return [...ofSites, ...[...ofScripts, ...ofChanges].filter(({ group }) => group !== undefined)];
}

const groupWith = (
  { groups = [] }: Policy,
  has: (group: PolicyGroup) => boolean,
): string | undefined => groups.find(has)?.id;

/** The first two things that belong to different groups. */
function strangersIn(things: readonly Belonging[]): readonly [Belonging, Belonging] | undefined {
  const [first, ...others] = things;
  const other = others.find(({ group }) => group !== first?.group);
  return first && other ? [first, other] : undefined;
}

/** The machine rooms of all its hosts: one agent does all of a release, so that configuration is where its code passes. */
const roomsOf = (
  { content }: Release,
  environment: string,
  { sites }: Known,
): readonly string[] => {
  const hosts = (content?.code ?? []).flatMap(({ site }) => {
    const known = sites.find(({ id }) => id === site);
    return known ? (placeOf(known, environment)?.hosts ?? []) : [];
  });
  return [...new Set(hosts.map(({ room }) => room))];
};
