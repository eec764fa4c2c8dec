import Lozenge from '@atlaskit/lozenge';
import { contentText } from '#core/content';
import { statusName } from '#core/status';
import type { Status } from '#core/status';
import type { Appearance, ReleaseShown } from './view';

/** Warning: a person must act. Information: a machine is at work. */
const APPEARANCES: Readonly<Record<Status, Appearance>> = {
  draft: 'neutral',
  'awaiting-approval': 'warning',
  ready: 'warning',
  'sql-pending': 'warning',
  'sql-executing': 'information',
  'config-executing': 'information',
  'code-executing': 'information',
  grayscale: 'information',
  verifying: 'information',
  deployed: 'success',
  'fix-pending': 'danger',
  'rolling-back': 'information',
  'rolled-back': 'neutral',
  released: 'success',
  aborted: 'neutral',
};

interface HeaderProps {
  readonly view: ReleaseShown;
  readonly isStale: boolean;
}

/** Which release this is, and how it stands, in one row and one line. */
export function Header({ view, isStale }: HeaderProps) {
  const { issueKey, status, environment, attempt, content } = view;
  const facts = [
    ...(content ? [content.kind, contentText(content)] : ['No content yet']),
    ...(attempt > 0 ? [`Attempt ${attempt}`] : []),
  ];
  return (
    <header className="head">
      <div className="row row-wrap">
        <h2>{titleOf(view)}</h2>
        <Lozenge appearance={APPEARANCES[status]} maxWidth="100%">
          {environment === null ? statusName(status) : `${environment}: ${statusName(status)}`}
        </Lozenge>
        {isStale && (
          <span className="small push" role="status">
            Reconnecting
          </span>
        )}
      </div>
      <p className="small">
        {[...(titleOf(view) === issueKey ? [] : [issueKey]), ...facts].join(' · ')}
      </p>
    </header>
  );
}

/** The version says more than the key, which Jira shows above the panel. */
function titleOf({ issueKey, content }: ReleaseShown): string {
  const [first, ...others] = content?.code ?? [];
  if (!first) return issueKey;
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  return `${first.site} ${first.version}${more}`;
}
