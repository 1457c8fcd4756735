import type { Context } from "../context.ts";

/** Whether assets with lint findings are refused: always, or because the request asks for it. */
export function isStrict({ services, url }: Context): boolean {
  return services.settings.lint === "strict" || url.searchParams.get("strict") === "true";
}
