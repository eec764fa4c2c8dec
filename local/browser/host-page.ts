/** On the site's pages that hold frames of the app: opens them, and answers what they ask. */
import { answerFrame } from './commands';
import { leaveByEscape } from './escape';
import { listenToFrames, openFrame, openFrames } from './frame';
import { keepIssueLive } from './live-issue';
import { onThemeChange, siteTheme } from './theme';

leaveByEscape();
listenToFrames();
keepIssueLive();
onThemeChange(() => {
  for (const { isThemed, calls } of openFrames()) {
    if (isThemed) void calls.call('theme', siteTheme());
  }
});
for (const element of document.querySelectorAll<HTMLIFrameElement>('iframe[data-module]')) {
  const { module: moduleKey = '', resource = '', origin = '', issue, project } = element.dataset;
  const context = {
    ...(issue === undefined ? {} : { issueKey: issue }),
    ...(project === undefined ? {} : { projectKey: project }),
  };
  openFrame({ place: { moduleKey, context }, resource, origin, element }, answerFrame);
}
