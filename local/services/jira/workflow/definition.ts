import { z } from 'zod';

/** One rule: a condition, a validator, a post-function or a screen. Parameters are text, always. */
export const Rule = z.object({
  id: z.string().nullish(),
  ruleKey: z.string(),
  parameters: z.record(z.string(), z.string()).default({}),
});
export type Rule = z.infer<typeof Rule>;

export interface ConditionGroup {
  readonly operation: 'ANY' | 'ALL';
  readonly conditions: readonly Rule[];
  readonly conditionGroups: readonly ConditionGroup[];
}

export const ConditionGroup: z.ZodType<ConditionGroup> = z.lazy(() =>
  z.object({
    operation: z.enum(['ANY', 'ALL']),
    conditions: z.array(Rule).default([]),
    conditionGroups: z.array(ConditionGroup).default([]),
  }),
);

const Layout = z.object({ x: z.number(), y: z.number() }).nullish();
const Texts = z.record(z.string(), z.string());

const Link = z.object({
  fromStatusReference: z.string().nullish(),
  fromPort: z.number().int().nullish(),
  toPort: z.number().int().nullish(),
});

export const Transition = z.object({
  id: z.string().regex(/^\d+$/, 'Transition ids are numbers.'),
  name: z.string().min(1).max(255),
  description: z.string().default(''),
  type: z.enum(['INITIAL', 'GLOBAL', 'DIRECTED']),
  toStatusReference: z.string(),
  links: z.array(Link).default([]),
  conditions: ConditionGroup.nullish(),
  validators: z.array(Rule).default([]),
  actions: z.array(Rule).default([]),
  triggers: z.array(z.object({ ruleKey: z.string() })).default([]),
  transitionScreen: Rule.nullish(),
  properties: Texts.default({}),
});
export type Transition = z.infer<typeof Transition>;

/** A workflow's own text: in a request its references are the client's, in the database status ids. */
export const WorkflowDocument = z.object({
  name: z.string().min(1).max(255),
  description: z.string().default(''),
  startPointLayout: Layout,
  loopedTransitionContainerLayout: Layout,
  statuses: z.array(z.object({ statusReference: z.string(), layout: Layout, properties: Texts })),
  transitions: z.array(Transition),
});
export type WorkflowDocument = z.infer<typeof WorkflowDocument>;

const StatusUpdate = z.object({
  id: z.string().optional(),
  name: z.string().min(1).max(60),
  description: z.string().default(''),
  statusCategory: z.enum(['TODO', 'IN_PROGRESS', 'DONE']),
  statusReference: z.string(),
});

/** The body of POST /rest/api/3/workflows/create. */
export const CreateRequest = z.object({
  scope: z.object({
    type: z.enum(['GLOBAL', 'PROJECT']),
    project: z.object({ id: z.string() }).nullish(),
  }),
  statuses: z.array(StatusUpdate).max(1000),
  workflows: z.array(WorkflowDocument).max(20),
});
export type CreateRequest = z.infer<typeof CreateRequest>;

/** All rules of a condition tree, outermost first. */
export function conditionsOf(group: ConditionGroup | null | undefined): readonly Rule[] {
  if (group === null || group === undefined) return [];
  return [...group.conditions, ...group.conditionGroups.flatMap(conditionsOf)];
}

/** The same document with every status reference replaced. */
export function withReferences(
  document: WorkflowDocument,
  referenceOf: (reference: string) => string,
): WorkflowDocument {
  return {
    ...document,
    statuses: document.statuses.map((status) => ({
      ...status,
      statusReference: referenceOf(status.statusReference),
    })),
    transitions: document.transitions.map((transition) => ({
      ...transition,
      toStatusReference: referenceOf(transition.toStatusReference),
      links: transition.links.map((link) => ({
        ...link,
        fromStatusReference:
          typeof link.fromStatusReference === 'string'
            ? referenceOf(link.fromStatusReference)
            : link.fromStatusReference,
      })),
    })),
  };
}

/** Transitions that start in a status: the global ones and those with a link from it. */
export function transitionsFrom(
  document: WorkflowDocument,
  statusId: number,
): readonly Transition[] {
  return document.transitions.filter((transition) => {
    if (transition.type === 'GLOBAL') return true;
    if (transition.type === 'INITIAL') return false;
    return transition.links.some((link) => link.fromStatusReference === String(statusId));
  });
}

/** Where an issue begins. */
export function initialStatusId(document: WorkflowDocument): number {
  const initial = document.transitions.find(({ type }) => type === 'INITIAL');
  if (initial === undefined)
    throw new Error(`Workflow ${document.name} has no initial transition.`);
  return Number(initial.toStatusReference);
}

/** The id in `system:transition-screen`, whatever the client called it: the OpenAPI text says both. */
export function screenIdOf(transition: Transition): number | undefined {
  const screenId = transition.transitionScreen?.parameters['screenId'];
  return screenId === undefined ? undefined : Number(screenId);
}
