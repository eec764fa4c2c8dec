import Button from '@atlaskit/button/new';
import Textfield from '@atlaskit/textfield';
import { useState } from 'react';
import { counted } from '../../../shared/src/words';
import { saveFile } from '../save-file';
import type { ReleaseShown } from '../view';
import { isWorking } from '../working';
import { LogBox } from './log-box';
import { endText, fileText, freshness, matching } from './log-rows';
import type { ShownLog } from './log-rows';
import { useLog } from './use-log';
import './log.css';

const STAGES: Readonly<Record<ShownLog['stage'], string>> = {
  SQL: 'SQL',
  CONFIG: 'Config',
  CODE: 'Code',
  VERIFY: 'Verify',
  ROLLBACK: 'Rollback',
};

/** What the agent writes while it works, as it comes. */
export function Log({ view }: { readonly view: ReleaseShown }) {
  const [job, setJob] = useState<string | null>(null);
  const [words, setWords] = useState('');
  const { log, none, problem } = useLog(job, isWorking(view), namesIn(view));
  if (log === undefined) {
    if (problem !== undefined) return <Problem words={problem} />;
    return none === undefined ? (
      <div className="skeleton loading-card" />
    ) : (
      <p className="empty">{none}</p>
    );
  }
  const rows = matching(log.rows, words);
  const isFiltered = words.trim() !== '';

  return (
    <div className="stack">
      <div className="row row-wrap row-apart">
        <div className="row row-wrap">
          <div className="filter">
            <Textfield
              isCompact
              aria-label="Search log"
              placeholder="Search log"
              value={words}
              onChange={(event) => setWords(event.currentTarget.value)}
            />
          </div>
          {log.jobs.length > 1 && (
            <select
              className="choice log-job"
              aria-label="Job"
              value={job ?? ''}
              onChange={(event) => setJob(event.currentTarget.value || null)}
            >
              <option value="">Latest job</option>
              {log.jobs.map((one) => (
                <option key={one.job} value={one.job}>
                  {STAGES[one.stage]}, job {one.job}
                </option>
              ))}
            </select>
          )}
        </div>
        <Button
          spacing="compact"
          onClick={() =>
            saveFile(fileText(log), 'text/plain', `log-${view.issueKey}-${log.job}.txt`)
          }
        >
          Download log
        </Button>
      </div>
      <p className="small">
        {STAGES[log.stage]}, job {log.job}. {freshness(log, Date.now() / 1_000)}
        {isFiltered && ` ${counted(rows.length, 'line')} with these words.`}
      </p>
      {problem !== undefined && <Problem words={problem} />}
      <LogBox
        key={log.job}
        rows={rows}
        end={isFiltered ? undefined : endText(log)}
        label={`Log of ${STAGES[log.stage]}, job ${log.job}`}
      />
    </div>
  );
}

const Problem = ({ words }: { readonly words: string }) => (
  <p className="refused" role="alert">
    {words}
  </p>
);

/** Lines name hosts, scripts and changes by their ids; people know their names. */
function namesIn({ hosts, scripts }: ReleaseShown): (id: string) => string {
  const names = new Map([...hosts, ...scripts].map(({ id, name }) => [id, name]));
  return (id) => names.get(id) ?? id;
}
