/** How the agent's commands end. The numbers follow sysexits.h where it has one. */
export const EXIT_CODES = {
  done: { code: 0, meaning: 'The command did what it says; run: it was told to stop.' },
  usage: { code: 64, meaning: 'The command line is wrong.' },
  tampered: {
    code: 65,
    meaning: 'verify-audit: the audit does not hold; each line says what is wrong.',
  },
  notEnrolled: {
    code: 66,
    meaning: 'This agent is not enrolled yet; logs: it has not run yet, or not that job.',
  },
  unreachable: { code: 69, meaning: 'The app, a host or a database could not be reached.' },
  broken: { code: 70, meaning: 'The agent met something that cannot happen; the log says what.' },
  journal: {
    code: 74,
    meaning: 'What stateDirectory holds is damaged, or cannot be read or written by this user.',
  },
  alreadyRunning: { code: 75, meaning: 'Another agent uses this state directory.' },
  outdated: { code: 76, meaning: 'Agent and app speak no common version; update the older one.' },
  refused: { code: 77, meaning: 'The app or the host refused this agent.' },
  config: { code: 78, meaning: 'agent.yml is wrong.' },
  drained: { code: 79, meaning: 'run: it was asked to drain, and has; nothing is left open.' },
} as const satisfies Record<string, { code: number; meaning: string }>;

/** The end of a command: a code of the table, and one sentence unless all is well. */
export interface CommandEnd {
  readonly exit: keyof typeof EXIT_CODES;
  readonly sentence?: string;
}
