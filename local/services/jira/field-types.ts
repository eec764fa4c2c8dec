/** How the value of a field is checked, stored and shown. */
export type ValueType =
  | 'string'
  | 'richtext'
  | 'number'
  | 'user'
  | 'group'
  | 'date'
  | 'datetime'
  | 'object'
  | 'list of string'
  | 'issue'
  | 'other';

/** Field types that POST /field may create here, by Jira's names. */
export const CREATABLE: Readonly<
  Record<string, { readonly type: string; readonly valueType: ValueType }>
> = {
  'com.atlassian.jira.plugin.system.customfieldtypes:textfield': {
    type: 'string',
    valueType: 'string',
  },
  'com.atlassian.jira.plugin.system.customfieldtypes:textarea': {
    type: 'string',
    valueType: 'richtext',
  },
  'com.atlassian.jira.plugin.system.customfieldtypes:float': {
    type: 'number',
    valueType: 'number',
  },
  'com.atlassian.jira.plugin.system.customfieldtypes:userpicker': {
    type: 'user',
    valueType: 'user',
  },
  'com.atlassian.jira.plugin.system.customfieldtypes:datetime': {
    type: 'datetime',
    valueType: 'datetime',
  },
  'com.atlassian.jira.plugin.system.customfieldtypes:datepicker': {
    type: 'date',
    valueType: 'date',
  },
  'com.atlassian.jira.plugin.system.customfieldtypes:labels': {
    type: 'array',
    valueType: 'list of string',
  },
};
