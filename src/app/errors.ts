/** The store gave up after several attempts: somebody else kept writing the same record. */
export class TooMuchContention extends Error {
  constructor(subject: string) {
    super(`${subject} is being changed by too many at once; try again in a moment.`);
    this.name = 'TooMuchContention';
  }
}

/** How often a use case reads again and decides anew after a conflict. */
export const ATTEMPTS_MAX = 6;
