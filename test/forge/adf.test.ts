import { describe, expect, test } from '@jest/globals';
import { commentDocument, plainText } from '#forge/adf';

describe('a comment', () => {
  test('begins with its label in bold red where something failed', () => {
    const document = commentDocument({
      tone: 'failure',
      label: 'FAILED in UAT (health)',
      text: 'web-1 does not answer.\nThe old version serves.',
    });

    expect(document).toEqual({
      type: 'doc',
      version: 1,
      content: [
        {
          type: 'paragraph',
          content: [
            {
              type: 'text',
              text: 'FAILED in UAT (health)',
              marks: [{ type: 'strong' }, { type: 'textColor', attrs: { color: '#bf2600' } }],
            },
            { type: 'text', text: ' web-1 does not answer.' },
          ],
        },
        { type: 'paragraph', content: [{ type: 'text', text: 'The old version serves.' }] },
      ],
    });
  });

  test('is not red otherwise, and holds no empty text, which Jira refuses', () => {
    const document = commentDocument({ tone: 'notice', label: 'Rejected', text: '\n\n' });

    expect(document.content).toEqual([
      {
        type: 'paragraph',
        content: [{ type: 'text', text: 'Rejected', marks: [{ type: 'strong' }] }],
      },
    ]);
  });
});

describe('the words of a field', () => {
  test('are a text as it is, and the lines of a document', () => {
    const document = {
      type: 'doc',
      version: 1,
      content: [
        {
          type: 'paragraph',
          content: [
            { type: 'text', text: 'Wrong ' },
            { type: 'text', text: 'package.' },
          ],
        },
        { type: 'paragraph', content: [{ type: 'text', text: 'See log.' }] },
      ],
    };

    expect(plainText(' Wrong package. ')).toBe('Wrong package.');
    expect(plainText(document)).toBe('Wrong package.\nSee log.');
  });

  test.each([null, undefined, '', '  ', {}, [], 7, { type: 'doc', version: 1, content: [] }])(
    'are none in %j',
    (value) => {
      expect(plainText(value)).toBeNull();
    },
  );
});
