import { invalid } from "../errors.ts";
import { readBody, parseWholeBody } from "../http/body.ts";
import type { AssetId } from "../identity/names.ts";
import { decodePatch, type WrittenPatch } from "../definitions/decode.ts";
import type { Json } from "../definitions/merge-patch.ts";

const MERGE_PATCH = "application/merge-patch+json";
/** What curl -d sends on its own, and nothing at all: both mean the one kind of patch there is. */
const ACCEPTED = new Set(["", "application/x-www-form-urlencoded", MERGE_PATCH]);

/** Reads the merge patch of a request (contract §2.10 steps 1 to 4). */
export async function readPatch(request: Request): Promise<WrittenPatch> {
  refuseOtherTypes(request.headers.get("Content-Type") ?? "");
  return decodePatch(parseWholeBody(await readBody(request)));
}

/** Refuses a patch that names another asset than the one at this place. */
export function refuseOtherPlace(patch: Readonly<Record<string, Json>>, place: AssetId): void {
  const metadata = patch["metadata"];
  for (const member of ["namespace", "name"] as const) {
    const given =
      typeof metadata === "object" && metadata !== null ? Reflect.get(metadata, member) : undefined;
    if (typeof given !== "string" || given === "" || given === place[member]) continue;
    throw invalid(
      `the ${member} of the resource (${given}) does not match the ${member} in the URI (${place[member]})`,
    );
  }
}

function refuseOtherTypes(contentType: string): void {
  const type = (contentType.split(";")[0] ?? "").trim().toLowerCase();
  if (ACCEPTED.has(type)) return;
  if (type === "application/json-patch+json") {
    throw invalid(`JSON Patch is not supported yet. Allowed values: ${MERGE_PATCH}`);
  }
  throw invalid(`invalid Content-Type header: ${contentType}.  Allowed values: ${MERGE_PATCH}`);
}
