import { applySet, planSet } from "./sets/handlers.ts";
import {
  createAsset,
  deleteAsset,
  getAsset,
  listAssets,
  patchAsset,
  replaceAsset,
} from "./assets/handlers.ts";
import { listAudit } from "./history/audit/handlers.ts";
import { listChanges } from "./history/changes/handlers.ts";
import type { Route } from "./context.ts";
import { diffRevisions, getAssetAt, getRevision, listRevisions, rollbackAsset } from "./history/handlers.ts";
import { createKey, getKey, listKeys, revokeKey, rotateKey } from "./keys/handlers.ts";
import { login, logout, refreshLogin, testLogin } from "./login/handlers.ts";
import {
  createNamespace,
  deleteNamespace,
  getNamespace,
  listNamespaces,
  replaceNamespace,
} from "./namespaces/handlers.ts";
import { downloadForMachine, resolveForMachine, showMatrix } from "./resolve/handlers.ts";
import { lintBody } from "./resolve/lint/handlers.ts";
import { getDocument } from "./system/documents.ts";
import { getHealth, getIndex, getMetrics, getReady, getVersion } from "./system/handlers.ts";

const ASSETS = "/api/core/v2/namespaces/:namespace/assets";
/** A name may hold raw slashes, so it takes the rest of the path. */
export const ASSET = `${ASSETS}/:name+`;

const NAMESPACES = "/api/core/v2/namespaces";
const NAMESPACE = `${NAMESPACES}/:namespace`;
const KEYS = "/api/edge/v1/keys";
const KEY = `${KEYS}/:key`;

/** Under our own prefix a name is one encoded segment. */
const EDGE_NAMESPACE = "/api/edge/v1/namespaces/:namespace";
const EDGE_ASSET = `${EDGE_NAMESPACE}/assets/:name`;
export const RESOLVE = `${EDGE_ASSET}/resolve`;

/**
 * The product on one screen. A row says who may call it; it cannot be left out. The router looks from top to bottom, so
 * what is asked for most stands first.
 */
export const routes: readonly Route[] = [
  { method: "GET", path: ASSETS, access: "view", handle: listAssets },
  { method: "POST", path: ASSETS, access: "edit", handle: createAsset },
  { method: "GET", path: ASSET, access: "view", handle: getAsset },
  { method: "PUT", path: ASSET, access: "edit", handle: replaceAsset },
  {
    method: "PATCH",
    path: ASSET,
    access: "edit",
    handle: patchAsset,
  },
  { method: "DELETE", path: ASSET, access: "edit", handle: deleteAsset },
  {
    method: "GET",
    path: "/api/core/v2/assets",
    access: "view",
    handle: listAssets,
  },

  {
    method: "GET",
    path: NAMESPACES,
    access: "authenticated",
    handle: listNamespaces,
  },
  {
    method: "POST",
    path: NAMESPACES,
    access: "admin",
    handle: createNamespace,
  },
  { method: "GET", path: NAMESPACE, access: "view", handle: getNamespace },
  {
    method: "PUT",
    path: NAMESPACE,
    access: "admin",
    handle: replaceNamespace,
  },
  {
    method: "DELETE",
    path: NAMESPACE,
    access: "admin",
    handle: deleteNamespace,
  },

  {
    method: "GET",
    path: "/auth",
    access: "public",
    handle: login,
  },
  { method: "GET", path: "/auth/test", access: "public", handle: testLogin },
  {
    method: "POST",
    path: "/auth/token",
    access: "public",
    handle: refreshLogin,
  },
  { method: "POST", path: "/auth/logout", access: "public", handle: logout },

  { method: "GET", path: KEYS, access: "admin-anywhere", handle: listKeys },
  {
    method: "POST",
    path: KEYS,
    access: "admin-anywhere",
    handle: createKey,
  },
  {
    method: "GET",
    path: KEY,
    access: "admin-anywhere",
    handle: getKey,
  },
  {
    method: "DELETE",
    path: KEY,
    access: "admin-anywhere",
    handle: revokeKey,
  },
  {
    method: "POST",
    path: `${KEY}/rotate`,
    access: "admin-anywhere",
    handle: rotateKey,
  },

  {
    method: "GET",
    path: EDGE_ASSET,
    access: "view",
    handle: getAssetAt,
  },
  {
    method: "GET",
    path: `${EDGE_ASSET}/revisions`,
    access: "view",
    handle: listRevisions,
  },
  {
    method: "GET",
    path: `${EDGE_ASSET}/revisions/:seq`,
    access: "view",
    handle: getRevision,
  },
  {
    method: "GET",
    path: `${EDGE_ASSET}/diff`,
    access: "view",
    handle: diffRevisions,
  },
  {
    method: "POST",
    path: `${EDGE_ASSET}/rollback`,
    access: "edit",
    handle: rollbackAsset,
  },
  {
    method: "GET",
    path: `${EDGE_NAMESPACE}/audit`,
    access: "admin",
    handle: listAudit,
  },
  {
    method: "GET",
    path: "/api/edge/v1/audit",
    access: "admin",
    handle: listAudit,
  },
  {
    method: "GET",
    path: "/api/edge/v1/changes",
    access: "authenticated",
    handle: listChanges,
  },

  {
    method: "GET",
    path: RESOLVE,
    access: "view",
    handle: resolveForMachine,
  },
  {
    method: "POST",
    path: RESOLVE,
    access: "view",
    handle: resolveForMachine,
  },
  {
    method: "GET",
    path: `${EDGE_ASSET}/download`,
    access: "view",
    handle: downloadForMachine,
  },
  {
    method: "GET",
    path: `${EDGE_ASSET}/matrix`,
    access: "view",
    handle: showMatrix,
  },
  {
    method: "POST",
    path: "/api/edge/v1/lint",
    access: "authenticated",
    handle: lintBody,
  },

  {
    method: "POST",
    path: `${EDGE_NAMESPACE}/plan`,
    access: "edit",
    handle: planSet,
  },
  {
    method: "POST",
    path: `${EDGE_NAMESPACE}/apply`,
    access: "edit",
    handle: applySet,
  },

  { method: "GET", path: "/", access: "public", handle: getIndex },
  {
    method: "GET",
    path: "/version",
    access: "public",
    handle: getVersion,
  },
  {
    method: "GET",
    path: "/health",
    access: "public",
    handle: getHealth,
  },
  {
    method: "GET",
    path: "/ready",
    access: "public",
    handle: getReady,
  },
  { method: "GET", path: "/metrics", access: "admin", handle: getMetrics },
  { method: "GET", path: "/openapi.json", access: "public", handle: getDocument },
  { method: "GET", path: "/docs", access: "public", handle: getDocument },
  { method: "GET", path: "/docs/:file", access: "public", handle: getDocument },
];
