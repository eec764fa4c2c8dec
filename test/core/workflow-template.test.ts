import { describe, expect, test } from '@jest/globals';
import { workflowTemplate } from '#core/workflow-template';
import { MACHINE_TRANSITIONS, PERSON_TRANSITIONS, TRANSITIONS } from '#core/transitions';

const template = workflowTemplate();

describe('the workflow that a project gets', () => {
  test('has a transition for each row of the table, with its words, and nothing else but the way back', () => {
    const rows = template.transitions.filter(({ action }) => !action.startsWith('repair-'));

    expect(rows.map(({ action, name, from, to, by }) => ({ action, name, from, to, by }))).toEqual(
      TRANSITIONS.map(({ action, name, from, to, by }) => ({ action, name, from, to, by })),
    );
  });

  test('has a way back to each of its statuses, from anywhere, for the app alone', () => {
    const repairs = template.transitions.filter(({ action }) => action.startsWith('repair-'));

    expect(repairs.map(({ to }) => to)).toEqual(template.statuses.map(({ status }) => status));
    for (const repair of repairs) {
      expect(repair).toMatchObject({ from: [], by: 'app', reason: false });
      expect(repair.action).toBe(`repair-${repair.to}`);
      expect(repair.name).toMatch(/^Interlock: to /);
    }
  });

  test('has every status that a transition enters or leaves, and no other', () => {
    const used = new Set(TRANSITIONS.flatMap(({ from, to }) => [...from, to]));

    expect(new Set(template.statuses.map(({ status }) => status))).toEqual(used);
  });

  test('numbers its transitions without repeating a number or a name', () => {
    const ids = template.transitions.map(({ id }) => id);
    const names = template.transitions.map(({ name }) => name);

    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(names).size).toBe(names.length);
    expect(ids.every((id) => /^[1-9][0-9]*$/.test(id))).toBe(true);
  });

  test('leaves room for as many rows as there are ids before the next kind begins', () => {
    expect(PERSON_TRANSITIONS.length).toBeLessThan(90);
    expect(MACHINE_TRANSITIONS.length).toBeLessThan(100);
  });

  test('asks for a reason where the table does', () => {
    const asking = template.transitions.filter(({ reason }) => reason).map(({ action }) => action);

    expect(asking).toEqual(['reject', 'report-config-failed', 'roll-back', 'abort']);
  });

  test('is the same every time it is made', () => {
    expect(workflowTemplate()).toEqual(template);
  });
});
