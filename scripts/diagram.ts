/** Draws ARCHITECTURE.md's diagrams from the code itself, so that they cannot lie; test/house/diagram compares. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { STATUSES } from '#core/status';
import { TRANSITIONS } from '#core/transitions';

const ROOT = join(__dirname, '..');
const PAGE = join(ROOT, 'ARCHITECTURE.md');

/** The parts of the system, by the folders that hold them. */
const PARTS = [
  'src/functions',
  'src/forge',
  'src/app',
  'src/wire',
  'src/core',
  'agent',
  'static',
  'local',
  'demo',
];

const Cruise = z.object({
  modules: z.array(
    z.object({ source: z.string(), dependencies: z.array(z.object({ resolved: z.string() })) }),
  ),
});

/** Who imports whom, as a Mermaid graph over the real modules. */
export function drawModules(): string {
  // dependency-cruiser is an ES module with a command line; its answer outgrows the default buffer.
  const answer = execFileSync(
    process.execPath,
    [
      join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs'),
      '--output-type',
      'json',
      ...existingParts(),
    ],
    { cwd: ROOT, maxBuffer: 256 * 1024 * 1024, encoding: 'utf8' },
  );
  const { modules } = Cruise.parse(JSON.parse(answer));
  const edges = modules.flatMap(({ source, dependencies }) =>
    dependencies.map(({ resolved }) => [partOf(source), partOf(resolved)] as const),
  );
  const arrows = edges.flatMap(([from, to]) =>
    from !== undefined && to !== undefined && from !== to
      ? [`  ${idOf(from)} --> ${idOf(to)}`]
      : [],
  );
  const nodes = existingParts().map((part) => `  ${idOf(part)}["${part}"]`);
  return ['graph TD', ...nodes, ...[...new Set(arrows)].sort()].join('\n');
}

const existingParts = (): readonly string[] => PARTS.filter((part) => existsSync(join(ROOT, part)));

const partOf = (file: string): string | undefined =>
  PARTS.find((part) => file.startsWith(`${part}/`));
const idOf = (part: string): string => part.replace('/', '_');

/** The release machine as a Mermaid state diagram, from the transition table. */
export function drawMachine(): string {
  const nameOf = (status: keyof typeof STATUSES): string => status.replaceAll('-', '_');
  const used = new Set(TRANSITIONS.flatMap((row) => [...row.from, row.to]));
  const states = [...used].map((status) => `  state "${STATUSES[status].en}" as ${nameOf(status)}`);
  const edges = TRANSITIONS.flatMap((row) =>
    row.from.map(
      (from) =>
        `  ${nameOf(from)} --> ${nameOf(row.to)}: ${row.by === 'app' ? `(${row.name})` : row.name}`,
    ),
  );
  return ['stateDiagram-v2', '  [*] --> draft', ...states, ...edges].join('\n');
}

/** The page with its diagrams drawn anew. */
export function redraw(page: string): string {
  return place(place(page, 'modules', drawModules()), 'machine', drawMachine());
}

function place(page: string, name: string, diagram: string): string {
  const begin = `<!-- ${name}:begin -->`;
  const end = `<!-- ${name}:end -->`;
  const [before, rest] = page.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined)
    throw new Error(`ARCHITECTURE.md has no place for the diagram ${name}.`);
  return `${before}${begin}\n\`\`\`mermaid\n${diagram}\n\`\`\`\n${end}${after}`;
}

if (require.main === module) writeFileSync(PAGE, redraw(readFileSync(PAGE, 'utf8')));
