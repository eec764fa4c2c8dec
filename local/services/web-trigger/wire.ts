/** Between HTTP and what a web trigger's function gets and gives. */
import { z } from 'zod';
import type { HttpRequest, HttpResponse } from '../../http';

/** What a dynamic trigger answers. */
const Dynamic = z.object({
  statusCode: z.number().int().min(100).max(599),
  headers: z.record(z.string(), z.array(z.string())).optional(),
  body: z.string().optional(),
});
/** What a static trigger answers: the key of one of its outputs. */
const Static = z.object({ outputKey: z.string() });

/** Outputs declared in the manifest. */
export const ResponseModule = z.object({
  response: z.union([
    z.object({ type: z.literal('dynamic') }),
    z.object({
      type: z.literal('static'),
      outputs: z.array(
        z.object({
          key: z.string(),
          statusCode: z.number(),
          contentType: z.string().optional(),
          body: z.string().optional(),
        }),
      ),
    }),
  ]),
});
export type ResponseModule = z.output<typeof ResponseModule>;

/** Source: runtime-reference/web-trigger, Request; a value with commas is split, as its example shows. */
export function toTriggerRequest({ method, url, rawHeaders, body }: HttpRequest, id: string) {
  const headers: Record<string, string[]> = {};
  for (const [name, value] of rawHeaders) headers[name] = [...(headers[name] ?? []), value];
  const queryParameters: Record<string, string[]> = {};
  for (const [name, value] of url.searchParams) {
    queryParameters[name] = [...(queryParameters[name] ?? []), ...value.split(',')];
  }
  return {
    method,
    path: url.pathname,
    userPath: url.pathname.slice(`/public/${id}`.length),
    headers,
    queryParameters,
    ...(body.length === 0 ? {} : { body: body.toString() }),
  };
}

/** The answer on the wire; undefined when the function's result has no such shape. */
export function toHttpResponse(module: ResponseModule, result: unknown): HttpResponse | undefined {
  if (module.response.type === 'dynamic') {
    const answer = Dynamic.safeParse(result);
    if (!answer.success) return undefined;
    const { statusCode, headers, body } = answer.data;
    return {
      status: statusCode,
      ...(headers && { headers }),
      ...(body !== undefined && { body: Buffer.from(body) }),
    };
  }
  const chosen = Static.safeParse(result);
  if (!chosen.success) return undefined;
  const output = module.response.outputs.find(({ key }) => key === chosen.data.outputKey);
  if (output === undefined) return undefined;
  return {
    status: output.statusCode,
    headers: { 'content-type': output.contentType ?? 'text/plain' },
    ...(output.body !== undefined && { body: Buffer.from(output.body) }),
  };
}
