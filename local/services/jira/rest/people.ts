import { restUrl, userBody } from '../bodies';
import type { Desk } from '../desk';
import { idMember, isJsonObject, type Json, type JsonObject, textMember } from '../json';
import {
  addMember,
  allGroups,
  type Group,
  groupBy,
  groupIdOf,
  groupsOf,
  humanUsers,
  membersOf,
  removeMember,
  saveGroup,
  userById,
} from '../people';
import { created, ok, refuse } from './answers';
import { pageOf } from './pages';
import { type Call, listed, type Routes, wholeNumber } from './routes';
import { adminOnly } from './visible';

export const peopleRoutes: Routes = {
  'GET /rest/api/3/myself': (call) => ok(wholeUser(call.desk, call.person.accountId, true)),

  'GET /rest/api/3/user': (call) => {
    const accountId = call.query.get('accountId') ?? '';
    if (userById(call.desk.database, accountId) === undefined) return noSuchUser();
    return ok(wholeUser(call.desk, accountId, listed(call.query, 'expand').includes('groups')));
  },

  'GET /rest/api/3/user/groups': (call) => {
    const accountId = call.query.get('accountId') ?? '';
    if (userById(call.desk.database, accountId) === undefined) return noSuchUser();
    const groups = groupsOf(call.desk.database, accountId);
    return ok(groups.map((group) => groupBody(call.desk, group)));
  },

  'GET /rest/api/3/user/search': ({ desk, query }) => {
    const wanted = (query.get('query') ?? '').toLowerCase();
    const accountId = query.get('accountId');
    const found = humanUsers(desk.database).filter((user) =>
      accountId === null
        ? `${user.displayName} ${user.email}`.toLowerCase().includes(wanted)
        : user.accountId === accountId,
    );
    const startAt = wholeNumber(query, 'startAt', 0);
    return ok(
      found
        .slice(startAt, startAt + wholeNumber(query, 'maxResults', 50))
        .map((user) => userBody(desk, user.accountId)),
    );
  },

  'GET /rest/api/3/group': (call) => {
    const group = wantedGroup(call);
    if (group === undefined) return noSuchGroup();
    return ok(groupBody(call.desk, group));
  },

  'POST /rest/api/3/group': (call) => {
    const refused = adminOnly(call);
    if (refused !== undefined) return refused;
    const name = textMember(call.body, 'name') ?? '';
    if (name === '') return refuse(400, ['A group needs a name.']);
    if (groupBy(call.desk.database, { name }) !== undefined) {
      return refuse(400, [`A group with the name ${name} exists already.`]);
    }
    const group = { id: groupIdOf(name), name };
    saveGroup(call.desk.database, group);
    return created(groupBody(call.desk, group));
  },

  'GET /rest/api/3/group/bulk': ({ desk, query }) => {
    const ids = listed(query, 'groupId');
    const names = listed(query, 'groupName');
    const isWanted = ({ id, name }: Group) =>
      (ids.length === 0 && names.length === 0) || ids.includes(id) || names.includes(name);
    const found = allGroups(desk.database).filter(isWanted);
    return ok(pageOf(desk, 'group/bulk', query, found, ({ id, name }) => ({ groupId: id, name })));
  },

  'GET /rest/api/3/group/member': (call) => {
    const group = wantedGroup(call);
    if (group === undefined) return noSuchGroup();
    const { desk, query } = call;
    const members = membersOf(desk.database, group.id);
    return ok(
      pageOf(desk, 'group/member', query, members, (user) => userBody(desk, user.accountId)),
    );
  },

  'POST /rest/api/3/group/user': (call) => {
    const refused = adminOnly(call);
    if (refused !== undefined) return refused;
    const group = wantedGroup(call);
    const accountId = idMember(call.body, 'accountId') ?? '';
    if (group === undefined) return noSuchGroup();
    if (userById(call.desk.database, accountId) === undefined) return noSuchUser();
    addMember(call.desk.database, group.id, accountId);
    return created(groupBody(call.desk, group));
  },

  'DELETE /rest/api/3/group/user': (call) => {
    const refused = adminOnly(call);
    if (refused !== undefined) return refused;
    const group = wantedGroup(call);
    if (group === undefined) return noSuchGroup();
    removeMember(call.desk.database, group.id, call.query.get('accountId') ?? '');
    return { status: 200 };
  },

  'GET /rest/api/3/groups/picker': ({ desk, query }) => {
    const wanted = (query.get('query') ?? '').toLowerCase();
    const found = allGroups(desk.database).filter(({ name }) => name.includes(wanted));
    return ok({
      header: `Showing ${found.length} of ${found.length} matching groups`,
      total: found.length,
      groups: found.map(({ id, name }) => ({ groupId: id, name, html: escapeHtml(name) })),
    });
  },
};

function wholeUser(desk: Desk, accountId: string, withGroups: boolean): Json {
  const user = userById(desk.database, accountId);
  const body = userBody(desk, accountId);
  if (user === undefined || !isJsonObject(body)) return body;
  const groups = groupsOf(desk.database, accountId);
  return {
    ...body,
    ...(user.accountType === 'app' ? {} : { emailAddress: user.email }),
    locale: 'en_US',
    ...(withGroups
      ? { groups: { size: groups.length, items: groups.map((group) => groupBody(desk, group)) } }
      : {}),
  };
}

function groupBody(desk: Desk, { id, name }: Group): JsonObject {
  return { groupId: id, name, self: restUrl(desk, `group?groupId=${id}`) };
}

function wantedGroup(call: Call): Group | undefined {
  const id = call.query.get('groupId');
  const name = call.query.get('groupname');
  if (id !== null) return groupBy(call.desk.database, { id });
  return name === null ? undefined : groupBy(call.desk.database, { name });
}

const noSuchUser = () => refuse(404, ['The user does not exist.']);
const noSuchGroup = () => refuse(404, ['The group does not exist.']);

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
