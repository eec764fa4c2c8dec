/** Configuration that no site of its release carries to the hosts: it changes in its centre, and on no host yet. */
import { namespaceText } from './content';
import type { Content } from './content';

/** What stays in the centre, and what brings it to hosts at once; empty where nothing does. */
export function centreOnlyText({ config, code }: Content): string {
  const left = config.filter(
    ({ byHand, application }) => !byHand && !code.some(({ site }) => site === application),
  );
  if (left.length === 0) return '';
  const namespaces = left.map(namespaceText).join(', ');
  const sites = [...new Set(left.map(({ application }) => application))].join(', ');
  return `In the centre only: ${namespaces}. Files on hosts change with the next version of ${sites}; to change them now, add ${sites} with the version that it runs.`;
}
