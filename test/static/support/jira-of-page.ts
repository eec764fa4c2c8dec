/** A resolver and a REST API for one release, with what the page has asked of them. */
import { statusName } from '#core/status';
import { answered } from './visit';
import type { Resolve, Rest } from './visit';
import type { ReleaseShown } from './releases';

const NAMES: Readonly<Record<string, string>> = {
  '5b-lee': 'Lee Leader',
  '5b-zhang': 'Zhang Min',
  '5b-chen': 'Chen Yu',
  '5b-wang': 'Wang Fang',
};

export interface Call {
  readonly name: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

export interface PageWorld {
  readonly resolve: Resolve;
  readonly rest: Rest;
  /** Every call to the resolver, in its order. */
  readonly calls: readonly Call[];
  /** Bodies of the transitions that were performed. */
  readonly performed: readonly unknown[];
  /** What the next looks show. */
  readonly show: (view: ReleaseShown) => void;
  /** What Jira offers from now on. */
  readonly offer: (names: readonly string[]) => void;
  /** Where Jira has the issue from now on; at first where the release is. */
  readonly stand: (status: string) => void;
}

interface Wishes {
  /** Names of the transitions that Jira offers; all of the workflow's when absent. */
  readonly offered?: readonly string[];
  /** Jira's answer to a transition. */
  readonly refusal?: string;
  /** Takes the place of the resolver's answer where it gives one. */
  readonly answer?: (call: Call) => unknown;
}

const REASON = {
  customfield_10020: {
    name: 'Reason',
    schema: {
      type: 'string',
      custom: 'com.atlassian.jira.plugin.system.customfieldtypes:textarea',
    },
  },
};

const ALL = [
  'Submit',
  'Start',
  'Abort',
  'Submit SQL',
  'Retry code',
  'Roll back',
  'Iterate',
  'Promote',
];

export function worldOf(first: ReleaseShown, wishes: Wishes = {}): PageWorld {
  const { refusal } = wishes;
  let { offered = ALL } = wishes;
  const calls: Call[] = [];
  const performed: unknown[] = [];
  let view = first;
  let standing: string | undefined;

  const resolve: Resolve = (name, payload) => {
    const call = { name, payload: payload as Call['payload'] };
    calls.push(call);
    const special = wishes.answer?.(call);
    if (special !== undefined) return special;
    if (name === 'release.show') return answered(view);
    if (name === 'release.glance') {
      return answered({ kind: call.payload['mark'] === view.mark ? 'same' : 'changed' });
    }
    return answered({ kind: 'done' });
  };

  const rest: Rest = (method, path, body) => {
    const accountId = /accountId=([^&]+)/.exec(path)?.[1];
    if (accountId !== undefined) {
      return { status: 200, body: { accountId, displayName: NAMES[accountId] ?? accountId } };
    }
    if (method === 'POST') {
      if (refusal !== undefined) return { status: 400, body: { errorMessages: [refusal] } };
      performed.push(JSON.parse(body ?? 'null'));
      return { status: 204 };
    }
    if (path.endsWith('?fields=status')) {
      return {
        status: 200,
        body: { fields: { status: { name: standing ?? statusName(view.status) } } },
      };
    }
    const transitions = offered.map((name, index) => ({
      id: String(11 + index),
      name,
      fields: ['Roll back', 'Abort'].includes(name) ? REASON : {},
    }));
    return { status: 200, body: { transitions } };
  };

  return {
    resolve,
    rest,
    calls,
    performed,
    show: (next) => {
      view = next;
    },
    offer: (names) => {
      offered = names;
    },
    stand: (status) => {
      standing = status;
    },
  };
}
