import Textfield from '@atlaskit/textfield';
import { useId } from 'react';
import type { ReactNode } from 'react';

interface TextInputProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** Shown below: what belongs there. */
  readonly help?: string;
  /** What is wrong with it, shown at the field. */
  readonly problem?: string | undefined;
  readonly placeholder?: string;
  readonly isCode?: boolean;
  readonly isNumber?: boolean;
  readonly isReadOnly?: boolean;
}

/** One line of text under its label. */
export function TextInput(props: TextInputProps) {
  const { label, value, onChange, help, problem, placeholder } = props;
  const { isCode, isNumber, isReadOnly } = props;
  const id = useId();
  const below = problem ?? help;
  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>
        {label}
      </label>
      <Textfield
        id={id}
        isCompact
        value={value}
        isReadOnly={isReadOnly ?? false}
        isMonospaced={isCode ?? false}
        spellCheck={false}
        {...(isNumber === true && { inputMode: 'numeric' as const })}
        {...(placeholder !== undefined && { placeholder })}
        {...(below !== undefined && { 'aria-describedby': `${id}-help` })}
        {...(problem !== undefined && { isInvalid: true })}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      {below !== undefined && (
        <span className={problem === undefined ? 'small' : 'small wrong'} id={`${id}-help`}>
          {below}
        </span>
      )}
    </div>
  );
}

interface ChoiceProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly words: string }[];
  readonly onChange: (value: Value) => void;
}

/** One of a few. */
export function Choice<Value extends string>({
  label,
  value,
  options,
  onChange,
}: ChoiceProps<Value>) {
  const id = useId();
  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>
        {label}
      </label>
      <select
        id={id}
        className="choice"
        value={value}
        onChange={(event) => {
          const chosen = options.find((option) => option.value === event.target.value);
          if (chosen) onChange(chosen.value);
        }}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.words}
          </option>
        ))}
      </select>
    </div>
  );
}

interface CheckProps {
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
  readonly children: ReactNode;
}

/** Yes or no. */
export function Check({ isOn, onChange, children }: CheckProps) {
  return (
    <label className="check">
      <input type="checkbox" checked={isOn} onChange={(event) => onChange(event.target.checked)} />
      <span>{children}</span>
    </label>
  );
}

interface ChecksProps {
  readonly label: string;
  readonly options: readonly string[];
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
  /** What it means to choose none. */
  readonly help: string;
}

/** Any of a few, in the order in which they are offered. */
export function Checks({ label, options, chosen, onChange, help }: ChecksProps) {
  const id = useId();
  return (
    <div className="field" role="group" aria-labelledby={id}>
      <span className="field-label" id={id}>
        {label}
      </span>
      <div className="row row-wrap">
        {options.map((option) => (
          <Check
            key={option}
            isOn={chosen.includes(option)}
            onChange={(isOn) =>
              onChange(options.filter((each) => (each === option ? isOn : chosen.includes(each))))
            }
          >
            {option}
          </Check>
        ))}
      </div>
      <span className="small">{help}</span>
    </div>
  );
}
