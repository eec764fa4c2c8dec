import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { evaluate } from '../../../local/services/jira/expression/evaluate';
import { RULE_MAX_CHARS } from '../../../local/services/jira/expression/parse';
import { entity, jsonValue, type Value } from '../../../local/services/jira/expression/values';

const SCOPE = new Map<string, Value>([
  ['user', entity('User', { accountId: '5b10a2844c20165700ede21g', displayName: 'Lee' })],
  [
    'issue',
    entity('Issue', {
      id: 10073,
      key: 'REL-12',
      summary: 'Upgrade A18',
      assignee: null,
      customfield_10050: jsonValue({
        until: 1763654400,
        due: ['succeeded'],
        allow: { start: ['u:5b10a2844c20165700ede21g'], abort: ['*'] },
      }),
      customfield_10051: null,
    }),
  ],
  [
    'config',
    jsonValue({ gateField: 'customfield_10050', action: 'start', empty: 'customfield_10051' }),
  ],
  ['groupOperator', null],
]);

const run = (source: string) => evaluate(source, SCOPE, RULE_MAX_CHARS);

describe('an expression', () => {
  test.each([
    ['1 < 2 && 2 <= 2 && 3 > 2 && 3 >= 3', true],
    ['issue.key == "REL-12"', true],
    ["issue['key'] != 'REL-13'", true],
    ['issue.assignee == null', true],
    ['!issue.assignee', true],
    ['!!user', true],
    ['groupOperator == null', true],
    ['issue.summary.includes("A18")', true],
    ['issue.summary.length == 11', true],
    ["'u:' + user.accountId == 'u:5b10a2844c20165700ede21g'", true],
    ['issue[config.gateField].allow[config.action].includes("u:" + user.accountId)', true],
    ['issue[config.gateField].due.includes(config.action)', false],
    ['issue[config.empty] != null && issue[config.empty].due == "x"', false],
    ['issue[config.empty]?.due.includes("x") ?? false', false],
    ['issue.assignee?.displayName == null', true],
    ['let gate = issue[config.gateField]; gate.allow.start.some(who => who == "*")', false],
    ['let a = 1; let b = a + 1; b == 2', true],
    ['[1, 2, 3].filter(n => n > 1).map(n => n + 1).every(n => n >= 3)', true],
    ['[].includes("x")', false],
    ['[[1, 2], [3]].map(l => l.length)[1] == 1', true],
    ['issue.assignee == null ? "assign it" : true', 'assign it'],
    ['(issue.assignee ?? user).displayName', 'Lee'],
    ['(issue.key == "REL-12")', true],
  ])('%s gives %p', (source, value) => {
    expect(run(source)).toEqual({ kind: 'value', value });
  });

  test.each([
    ['issue.id == "10073"', "Can't compare Number to String."],
    ['issue.key == 5', "Can't compare String to Number."],
    ['issue.key < "REL-13"', "Can't compare String to String."],
    ['issue.customfield_10050 == issue.customfield_10050', "Can't compare Map to Map."],
    ['issue.assignee.displayName', 'Type null does not have any properties.'],
    ['issue.unknown', 'Unrecognized property of `Issue`: "unknown".'],
    ['issue.constructor', 'Unrecognized property of `Issue`: "constructor".'],
    ['issue[config.gateField].allow.resume', 'Unrecognized property of `Map`: "resume".'],
    ['config.__proto__', 'Unrecognized property of `Map`: "__proto__".'],
    ['"x".constructor', 'Unrecognized property of `String`: "constructor".'],
    ['[1][5] == null', 'Unrecognized property of `List`: "5".'],
    ['nobody == null', 'Variable nobody is not defined.'],
    ['issue.key && true', 'String cannot be used as a Boolean.'],
    ['issue.assignee ? true : false', 'null cannot be used as a Boolean.'],
    ['!issue.key', 'String cannot be negated.'],
    ['issue.key === "REL-12"', 'Operator === is not supported.'],
    ['1 - 1 == 0', 'Operator - is not supported.'],
    ['typeof issue == "Issue"', 'Operator typeof is not supported.'],
    ['-1 < 0', 'Operator - is not supported.'],
    ['`x` == "x"', 'TemplateLiteral is not supported.'],
    ['/x/ == null', 'This kind of literal is not supported.'],
    ['10n == null', 'This kind of literal is not supported.'],
    ['({ a: 1 }).a == 1', 'ObjectExpression is not supported.'],
    ['new Issue("REL-1") != null', 'NewExpression is not supported.'],
    ['(() => true)()', 'Only methods of lists and texts can be called.'],
    ['issue["key"]["includes"]("R")', 'Only methods of lists and texts can be called.'],
    ['issue.key.slice(1) == "EL-12"', 'Unrecognized method of `String`: "slice".'],
    ['[1].reduce(n => n)', 'Unrecognized method of `List`: "reduce".'],
    ['[1].map((a, b) => a)', 'A function here takes one parameter and gives one expression.'],
    [
      '[1].map(n => { return n; })',
      'A function here takes one parameter and gives one expression.',
    ],
    ['[1].map(user => user)', 'Variable user is already defined.'],
    ['let user = 1; true', 'Variable user is already defined.'],
    ['[...[1]].length == 1', 'SpreadElement is not supported.'],
    ['issue = null', 'AssignmentExpression is not supported.'],
    ['var a = 1; a == 1', 'Only let statements may stand before the result of an expression.'],
    ['if (true) { true }', 'An expression ends with its result.'],
    ['', 'An expression ends with its result.'],
    ['let a = 1;', 'An expression ends with its result.'],
  ])('%s is an error', (source, message) => {
    expect(run(source)).toEqual({ kind: 'error', message });
  });

  test('longer than a thousand characters is an error', () => {
    const outcome = run(`true${' '.repeat(1_000)}`);

    expect(outcome).toEqual({
      kind: 'error',
      message: 'Jira expression is too long (1004), limit: 1000 characters',
    });
  });

  test('that runs away is stopped', () => {
    const inner = '[1,1,1,1,1,1,1,1,1,1]';
    const source = ['a', 'b', 'c', 'd', 'e'].reduceRight(
      (body, name) => `${inner}.every(${name} => ${body})`,
      'true',
    );

    expect(run(source)).toEqual({ kind: 'error', message: 'The expression takes too many steps.' });
  });

  test('of any text gives a value or an error, and never throws', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (source) => {
        expect(['value', 'error']).toContain(run(source).kind);
      }),
      { numRuns: 500 },
    );
  });

  test('made of the words that rules use gives a value or an error, and never throws', () => {
    const word = fc.constantFrom(
      ...['issue', 'user', 'config', '.key', '.gateField', '[config.gateField]', '.allow', '?.'],
      ...['==', '!=', '&&', '||', '??', '!', '(', ')', '[', ']', 'null', 'true', '"x"', '1', '+'],
      ...['.includes(', '.some(', 'x', '=>', 'let', '=', ';', '? ', ':', '.due', '.length', ','],
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 14 }), (words) => {
        const outcome = run(words.join(' '));

        expect(['value', 'error']).toContain(outcome.kind);
        if (outcome.kind === 'error') expect(outcome.message).not.toBe('');
      }),
      { numRuns: 2_000 },
    );
  });
});
