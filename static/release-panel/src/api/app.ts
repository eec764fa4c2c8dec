/** The app behind the panel. */
import type { PanelAnswers } from '#wire/page';
import { asker } from '../../../shared/src/api/app';

/** Asks the app about the issue that the panel stands in. */
export const ask = asker<PanelAnswers>();
