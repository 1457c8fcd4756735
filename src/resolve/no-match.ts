import { ApiError } from "../errors.ts";
import type { Asked } from "../http/operation.ts";
import type { Resolution } from "./resolve-asset.ts";

/** How many reasons the message of a 404 quotes. */
const REASONS = 20;

type Mismatch = Extract<Resolution, { outcome: "none" }>;

/** The error for an asset without a build for the machine: 404, which says why each build does not match. */
export function noMatch({ params }: Pick<Asked<unknown, unknown>, "params">, mismatch: Mismatch): ApiError {
  return new ApiError("notFound", noMatchMessage(params["name"] ?? "", mismatch));
}

/** Says why each build of an asset does not match the machine. */
export function noMatchMessage(name: string, { reasons }: Mismatch): string {
  const quoted = reasons.slice(0, REASONS);
  const more = reasons.length > quoted.length ? [`and ${reasons.length - quoted.length} more builds`] : [];
  const why = [...quoted, ...more].join("; ");
  return `no build of ${name} matches this machine: ${why}`;
}
