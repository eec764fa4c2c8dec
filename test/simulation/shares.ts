/** Which seeds have what not every seed can afford; prime to each other, so that all of it meets in some. */

/** A run, as far as it matters here. */
interface Seed {
  readonly seed: number;
}

/** Agents renew their keys. */
export const renewsKeys = ({ seed }: Seed): boolean => seed % 5 === 0;

/** Sites belong to groups, their hosts stand in machine rooms, and agents reach some of them. */
export const isDivided = ({ seed }: Seed): boolean => seed % 7 === 0;

/** Somebody reads the log of the work, downloads the history, and looks at the settings. */
export const hasReader = ({ seed }: Seed): boolean => seed % 4 === 0;

/** Somebody has copied the key of an agent, and starts copies of it. Not those that leave nothing: the recorded seeds of other protections stay as they are. */
export const isRobbed = ({ seed }: Seed): boolean => seed % 13 === 7;

/** Agents die young, and what they have said comes late. As few of the recorded seeds are among them. */
export const isAboutStarts = ({ seed }: Seed): boolean => seed % 17 === 14;

/** Every release has scripts, and agents fall still at their databases for so long that others take over. */
export const isAtDatabases = ({ seed }: Seed): boolean => seed % 11 === 0;

/** Every release has a statement that no transaction undoes with others behind it, sessions are lost in it, and whoever is asked mostly says “done”. */
export const isInDoubt = ({ seed }: Seed): boolean => seed % 17 === 0;

/** Every release has such a statement, and whoever asks about it dies of that mostly; nothing else goes wrong. The recorded seeds are not among them. */
export const isUnheard = ({ seed }: Seed): boolean => seed % 47 === 13;
