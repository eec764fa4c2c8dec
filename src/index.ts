/** The functions of the app, in the order of the manifest. */
export { validateTransition } from './functions/validate-transition';
export { afterTransition } from './functions/after-transition';
export { panel } from './functions/panel';
export { settings } from './functions/settings';
export { agent } from './functions/agent';
export { issueChanged } from './functions/issue-changed';
export { sweep } from './functions/sweep';
export { work } from './functions/work';
