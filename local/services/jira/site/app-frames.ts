import type { AppFrame } from '../../../pages/app-frame';
import type { AppModule } from '../../service';
import type { Desk } from '../desk';

type Where = Pick<AppFrame, 'issueKey' | 'projectKey'>;

/** The app's modules of a type, as frames at a place. */
export function framesOf(desk: Desk, type: string, where: Where): readonly AppFrame[] {
  return desk.app.modules(type).flatMap((module) => frameOf(desk, module, where) ?? []);
}

/** Undefined where the host serves no pages, or the module has none. */
function frameOf(
  { pagesUrl }: Desk,
  { key, properties }: AppModule,
  where: Where,
): AppFrame | undefined {
  const { title, resource, icon } = properties;
  if (pagesUrl === undefined || typeof resource !== 'string') return undefined;
  const picture = typeof icon === 'string' ? pictureOf(pagesUrl, icon) : undefined;
  return {
    ...where,
    moduleKey: key,
    title: typeof title === 'string' ? title : key,
    resource,
    origin: pagesUrl,
    ...(picture === undefined ? {} : { icon: picture }),
  };
}

/** `resource:icons;interlock.svg` is a file of a resource; pictures from elsewhere are not loaded. */
function pictureOf(pagesUrl: string, icon: string): string | undefined {
  const [, resource, file] = /^resource:([^;]+);(.+)$/.exec(icon) ?? [];
  return resource === undefined || file === undefined
    ? undefined
    : `${pagesUrl}/${resource}/${file}`;
}
