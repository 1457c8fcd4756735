import { entityTag } from "../lib/entity-tag.ts";
import type { Resolved } from "./resolve-asset.ts";
import type { ArchiveHint } from "./service.ts";

/** What a resolution says of the copy of its archive; nothing where there is none. */
export interface MirrorMembers {
  /** A path of this server. */
  readonly mirror_url?: string;
  /** Whether the copy is for when the URL fails, or comes first. */
  readonly mirror?: "fallback" | "prefer";
}

/** The members of a resolution that name the copy. */
export function mirrorMembers(
  { sha512 }: Pick<Resolved, "sha512">,
  { mirror }: Pick<ArchiveHint, "mirror">,
): MirrorMembers {
  return mirror === null ? {} : { mirror_url: copyPath(sha512), mirror };
}

/** The path of a copy on this server. */
export function copyPath(sha512: string): string {
  return `/api/edge/v1/archives/sha512/${sha512.toLowerCase()}`;
}

/** The tag of a resolution that says what it does of a copy. */
export async function mirroredTag(etag: string, { mirror }: Pick<ArchiveHint, "mirror">): Promise<string> {
  return mirror === null ? etag : entityTag(`${etag} ${mirror}`);
}

/** The header with the state of the archive; none where nobody could say. */
export function stateHeader(state: string | null): Record<string, string> {
  return state === null ? {} : { "X-Archive-State": state };
}
