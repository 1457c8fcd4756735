import type { AssetPage } from "../store/asset-store.ts";
import type { FilterForm } from "../definitions/encode.ts";
import { entityTag } from "../lib/entity-tag.ts";
import { represent, vary, type Negotiation } from "./representation.ts";

/** A list as it is sent. */
interface PageAnswer {
  readonly body: string | Uint8Array<ArrayBuffer>;
  readonly etag: string;
  readonly headers: Readonly<Record<string, string>>;
}

type Made = Omit<PageAnswer, "headers">;

const remembered = new WeakMap<AssetPage, Map<FilterForm, Made>>();

/**
 * The page in the negotiated form. One that is `kept` in memory is made once, and remembered for as long as it is kept
 * there, whose account of bytes holds both: to join a thousand definitions costs more than to send them.
 */
export async function pageAnswer(
  page: AssetPage,
  negotiation: Negotiation,
  kept: boolean,
): Promise<PageAnswer> {
  const headers = vary(page.assets, negotiation);
  if (!kept) return { ...(await make(page, negotiation)), headers };
  const forms = remembered.get(page) ?? new Map<FilterForm, Made>();
  remembered.set(page, forms);
  const known = forms.get(negotiation.form);
  if (known !== undefined) return { ...known, headers };
  const { body, etag } = await make(page, negotiation);
  const made = { body: new TextEncoder().encode(body).slice(), etag };
  forms.set(negotiation.form, made);
  return { ...made, headers };
}

async function make(page: AssetPage, negotiation: Negotiation): Promise<{ body: string; etag: string }> {
  const shown = page.assets.map((asset) => represent(asset, negotiation));
  // The tags of its assets and where it ends say what a page is; no need to hash all its bytes.
  const etag = await entityTag([page.next, ...shown.map((asset) => asset.etag)].join("\n"));
  return { body: `[${shown.map(({ definition }) => definition).join(",")}]`, etag };
}
