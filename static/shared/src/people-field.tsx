import Button from '@atlaskit/button/new';
import Textfield from '@atlaskit/textfield';
import { useEffect, useId, useState } from 'react';
import { findPeople } from './api/app';
import type { FoundPerson } from './api/app';
import { IconButton } from './icon-button';
import { RemoveSign } from './icons';
import { usePersonName } from './person';
import { wordsOf } from './words';

/** People type faster than Jira should be asked. */
const PAUSE_MILLISECONDS = 250;

interface PeopleFieldProps {
  readonly label: string;
  /** Account ids. */
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
  readonly help?: string;
  /** A second person takes the place of the first. */
  readonly isSingle?: boolean;
}

/** People by name: those chosen, and a search for more. */
export function PeopleField({ label, chosen, onChange, help, isSingle }: PeopleFieldProps) {
  const [words, setWords] = useState('');
  const { found, problem } = useSearch(words);
  const id = useId();
  const choose = (accountId: string): void => {
    onChange(isSingle === true ? [accountId] : [...new Set([...chosen, accountId])]);
    setWords('');
  };

  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>
        {label}
      </label>
      {chosen.length > 0 && (
        <ul className="chosen">
          {chosen.map((accountId) => (
            <Chosen
              key={accountId}
              accountId={accountId}
              onRemove={() => onChange(chosen.filter((each) => each !== accountId))}
            />
          ))}
        </ul>
      )}
      <Textfield
        id={id}
        isCompact
        autoComplete="off"
        placeholder={
          isSingle === true && chosen.length > 0 ? 'Choose somebody else' : 'Add by name'
        }
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
      />
      <div role="status" className="found">
        {found.map((person) => (
          <Button
            key={person.accountId}
            appearance="subtle"
            spacing="compact"
            onClick={() => choose(person.accountId)}
          >
            {person.name}
          </Button>
        ))}
        {found.length === 0 && problem !== '' && <span className="small">{problem}</span>}
      </div>
      {help !== undefined && <span className="small">{help}</span>}
    </div>
  );
}

interface ChosenProps {
  readonly accountId: string;
  readonly onRemove: () => void;
}

function Chosen({ accountId, onRemove }: ChosenProps) {
  const name = usePersonName(accountId);
  return (
    <li>
      <span>{name}</span>
      <IconButton label={`Remove ${name}`} onClick={onRemove}>
        <RemoveSign />
      </IconButton>
    </li>
  );
}

interface Search {
  readonly found: readonly FoundPerson[];
  /** Why nobody is found; empty while nothing is looked for. */
  readonly problem: string;
}

const NO_SEARCH: Search = { found: [], problem: '' };

function useSearch(words: string): Search {
  const [search, setSearch] = useState(NO_SEARCH);
  const wanted = words.trim();
  useEffect(() => {
    if (wanted === '') {
      setSearch(NO_SEARCH);
      return undefined;
    }
    let isWanted = true;
    const show = (result: Search): void => {
      if (isWanted) setSearch(result);
    };
    const timer = setTimeout(() => {
      findPeople(wanted).then(
        (found) => show({ found, problem: `Nobody is called ${wanted}.` }),
        (error: unknown) => show({ found: [], problem: wordsOf(error) }),
      );
    }, PAUSE_MILLISECONDS);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [wanted]);
  return search;
}
