import type { Representation, StoredAsset } from "../store/asset-store.ts";
import type { FilterForm } from "../definitions/encode.ts";

/** Go programs decode `filters` into a list and fail on a map: one such asset would break a whole `asset list`. */
const GO_CLIENT = /sensuctl\/|go-resty|Go-http-client|sensu-/;

/** The form asked for by `?filters=`, else the one the client's User-Agent can decode. */
export interface Negotiation {
  readonly form: FilterForm;
  /** Whether the User-Agent decided, so that caches must know of it. */
  readonly byAgent: boolean;
}

/** The form of the answer to a request: the one asked for, if any. */
export function negotiateForm(request: Request, asked: FilterForm | undefined): Negotiation {
  if (asked !== undefined) return { form: asked, byAgent: false };
  const goClient = GO_CLIENT.test(request.headers.get("User-Agent") ?? "");
  return { form: goClient ? "expressions" : "as-written", byAgent: true };
}

/** The representation of an asset in the negotiated form. */
export function represent(asset: StoredAsset, { form }: Negotiation): Representation {
  return form === "expressions" && asset.expressions !== null ? asset.expressions : asset;
}

/** `Vary` where another User-Agent would have got other bytes. */
export function vary(assets: readonly StoredAsset[], { byAgent }: Negotiation): Record<string, string> {
  return byAgent && assets.some((asset) => asset.expressions !== null) ? { Vary: "User-Agent" } : {};
}
