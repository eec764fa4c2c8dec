import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { redraw } from '../../scripts/diagram';

describe('the diagrams of ARCHITECTURE.md', () => {
  test('show the modules and the machine that the code has [S0-32]', () => {
    const page = readFileSync(join(__dirname, '../../ARCHITECTURE.md'), 'utf8');

    expect(redraw(page)).toBe(page);
  });
});
