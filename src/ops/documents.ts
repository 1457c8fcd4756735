import type { Context } from "../context.ts";
import { notFound } from "../errors.ts";

/**
 * A file of `public/`: the OpenAPI document and the page that shows it. Types, tags and 304 are the platform's, other
 * headers those of `public/_headers`.
 */
export async function getDocument({ request, services }: Context): Promise<Response> {
  // The platform's answer to HEAD has no length; the router makes HEAD of GET.
  const response = await services.documents(new Request(request, { method: "GET" }));
  // The platform redirects other spellings of a path (`/docs/index`); they are no paths of ours.
  if (response.status > 304) throw notFound();
  return response;
}
