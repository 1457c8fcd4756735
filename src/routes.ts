import {
  createAsset,
  deleteAsset,
  getAsset,
  listAssets,
  patchAsset,
  replaceAsset,
} from "./assets/handlers.ts";
import type { Route } from "./context.ts";
import { getHealth, getIndex, getReady, getVersion } from "./ops/handlers.ts";

const ASSETS = "/api/core/v2/namespaces/:namespace/assets";
/** A name may hold raw slashes, so it takes the rest of the path. */
const ASSET = `${ASSETS}/:name+`;

/** The product on one screen. A row says who may call it; it cannot be left out. */
export const routes: readonly Route[] = [
  { method: "GET", path: "/", access: "public", handle: getIndex, summary: "What this is, with links" },
  {
    method: "GET",
    path: "/version",
    access: "public",
    handle: getVersion,
    summary: "The Sensu version spoken",
  },
  {
    method: "GET",
    path: "/health",
    access: "public",
    handle: getHealth,
    summary: "Health, in Sensu's shape",
  },
  {
    method: "GET",
    path: "/ready",
    access: "public",
    handle: getReady,
    summary: "200 when requests can be served",
  },

  { method: "GET", path: ASSETS, access: "view", handle: listAssets, summary: "List a namespace's assets" },
  { method: "POST", path: ASSETS, access: "edit", handle: createAsset, summary: "Create an asset" },
  { method: "GET", path: ASSET, access: "view", handle: getAsset, summary: "Get an asset" },
  { method: "PUT", path: ASSET, access: "edit", handle: replaceAsset, summary: "Create or replace an asset" },
  {
    method: "PATCH",
    path: ASSET,
    access: "edit",
    handle: patchAsset,
    summary: "Change members of an asset (RFC 7396)",
  },
  { method: "DELETE", path: ASSET, access: "edit", handle: deleteAsset, summary: "Delete an asset" },
  {
    method: "GET",
    path: "/api/core/v2/assets",
    access: "view",
    handle: listAssets,
    summary: "List the assets of all namespaces",
  },
];
