/** The statuses of a release, their names in Jira and their categories. */

export type StatusCategory = 'TODO' | 'IN_PROGRESS' | 'DONE';

interface StatusNames {
  readonly en: string;
  readonly zh: string;
  readonly category: StatusCategory;
}

export const STATUSES = {
  draft: { en: 'Draft', zh: '草稿', category: 'TODO' },
  'awaiting-approval': { en: 'Awaiting approval', zh: '待审批', category: 'IN_PROGRESS' },
  ready: { en: 'Ready', zh: '就绪', category: 'IN_PROGRESS' },
  'sql-pending': { en: 'SQL pending', zh: 'SQL 待执行', category: 'IN_PROGRESS' },
  'sql-executing': { en: 'SQL executing', zh: 'SQL 执行中', category: 'IN_PROGRESS' },
  'config-executing': { en: 'Config executing', zh: '配置执行中', category: 'IN_PROGRESS' },
  'code-executing': { en: 'Code executing', zh: '代码发布中', category: 'IN_PROGRESS' },
  grayscale: { en: 'Grayscale', zh: '灰度中', category: 'IN_PROGRESS' },
  verifying: { en: 'Verifying', zh: '验证中', category: 'IN_PROGRESS' },
  deployed: { en: 'Deployed', zh: '已部署', category: 'IN_PROGRESS' },
  'fix-pending': { en: 'Fix pending', zh: '待修复', category: 'IN_PROGRESS' },
  'rolling-back': { en: 'Rolling back', zh: '回滚中', category: 'IN_PROGRESS' },
  'rolled-back': { en: 'Rolled back', zh: '已回滚', category: 'DONE' },
  released: { en: 'Released', zh: '已发布', category: 'DONE' },
  aborted: { en: 'Aborted', zh: '已中止', category: 'DONE' },
} as const satisfies Record<string, StatusNames>;

export type Status = keyof typeof STATUSES;

/** Every status, in the order in which a release meets them. */
export const STATUS_ORDER: readonly Status[] = [
  'draft',
  'awaiting-approval',
  'ready',
  'sql-pending',
  'sql-executing',
  'config-executing',
  'code-executing',
  'grayscale',
  'verifying',
  'deployed',
  'fix-pending',
  'rolling-back',
  'rolled-back',
  'released',
  'aborted',
];

/** The name that Jira shows for a status, in English. */
export const statusName = (status: Status): string => STATUSES[status].en;

/** Whether a name of any language belongs to the status. */
export const isNamed = (status: Status, name: string): boolean =>
  STATUSES[status].en === name || STATUSES[status].zh === name;

/** The status that carries this name in Jira; undefined for a status that is not ours. */
export const statusNamed = (name: string): Status | undefined =>
  STATUS_ORDER.find((status) => isNamed(status, name));
