import { allows, type Need, type Role } from "../auth/grants.ts";
import { principalOf, type Context } from "../context.ts";
import { namespaceOf } from "../http/place.ts";
import type { Lives } from "../store/history-store.ts";
import { readableLives } from "./lives.ts";

/** Whoever may write the asset sees the headers it is fetched with; others see that they are there. */
export function mayWrite(context: Context): boolean {
  return allows(principalOf(context).grants, needOf(context, "edit"));
}

/** What the caller may read of a namespace that was deleted and created again, in the role that decides on secrets. */
export function livesOf(context: Context): Lives {
  const role = mayWrite(context) ? "edit" : "view";
  return readableLives(principalOf(context).grants, needOf(context, role));
}

function needOf(context: Context, role: Role): Need {
  return { role, namespace: namespaceOf(context), name: context.params["name"] ?? null };
}
