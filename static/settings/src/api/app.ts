/** The app behind the settings. */
import type { SettingsAnswers } from '#wire/page';
import { asker } from '../../../shared/src/api/app';

/** Asks the app about the project that the settings stand in. */
export const ask = asker<SettingsAnswers>();
