import {
  createAsset,
  deleteAsset,
  getAsset,
  listAssets,
  patchAsset,
  replaceAsset,
} from "./assets/handlers.ts";
import { listAudit } from "./audit/handlers.ts";
import { listChanges } from "./changes/handlers.ts";
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
import { downloadForMachine, resolveForMachine, showMatrix } from "./resolution/handlers.ts";
import { lintBody } from "./resolution/lint-handlers.ts";
import { getHealth, getIndex, getReady, getVersion } from "./ops/handlers.ts";

const ASSETS = "/api/core/v2/namespaces/:namespace/assets";
/** A name may hold raw slashes, so it takes the rest of the path. */
const ASSET = `${ASSETS}/:name+`;

const NAMESPACES = "/api/core/v2/namespaces";
const NAMESPACE = `${NAMESPACES}/:namespace`;
const KEYS = "/api/edge/v1/keys";
const KEY = `${KEYS}/:key`;

/** Under our own prefix a name is one encoded segment. */
const EDGE_NAMESPACE = "/api/edge/v1/namespaces/:namespace";
const EDGE_ASSET = `${EDGE_NAMESPACE}/assets/:name`;

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

  {
    method: "GET",
    path: NAMESPACES,
    access: "authenticated",
    handle: listNamespaces,
    summary: "List the namespaces the caller may see",
  },
  {
    method: "POST",
    path: NAMESPACES,
    access: "admin",
    handle: createNamespace,
    summary: "Create a namespace",
  },
  { method: "GET", path: NAMESPACE, access: "view", handle: getNamespace, summary: "Get a namespace" },
  {
    method: "PUT",
    path: NAMESPACE,
    access: "admin",
    handle: replaceNamespace,
    summary: "Create a namespace, if there is none",
  },
  {
    method: "DELETE",
    path: NAMESPACE,
    access: "admin",
    handle: deleteNamespace,
    summary: "Delete an empty namespace",
  },

  {
    method: "GET",
    path: "/auth",
    access: "public",
    handle: login,
    summary: "Log in: Basic with a key's name and the key",
  },
  { method: "GET", path: "/auth/test", access: "public", handle: testLogin, summary: "Check a name and key" },
  {
    method: "POST",
    path: "/auth/token",
    access: "public",
    handle: refreshLogin,
    summary: "New tokens for a refresh token",
  },
  { method: "POST", path: "/auth/logout", access: "public", handle: logout, summary: "End a session" },

  { method: "GET", path: KEYS, access: "admin-anywhere", handle: listKeys, summary: "List API keys" },
  {
    method: "POST",
    path: KEYS,
    access: "admin-anywhere",
    handle: createKey,
    summary: "Make an API key; shown once",
  },
  {
    method: "GET",
    path: KEY,
    access: "admin-anywhere",
    handle: getKey,
    summary: "Get the API keys of a name",
  },
  {
    method: "DELETE",
    path: KEY,
    access: "admin-anywhere",
    handle: revokeKey,
    summary: "Revoke the API keys of a name",
  },
  {
    method: "POST",
    path: `${KEY}/rotate`,
    access: "admin-anywhere",
    handle: rotateKey,
    summary: "A new secret, while the old one is good for a time",
  },

  {
    method: "GET",
    path: EDGE_ASSET,
    access: "view",
    handle: getAssetAt,
    summary: "Get an asset as it was at a seq (`at=`)",
  },
  {
    method: "GET",
    path: `${EDGE_ASSET}/revisions`,
    access: "view",
    handle: listRevisions,
    summary: "List an asset's revisions",
  },
  {
    method: "GET",
    path: `${EDGE_ASSET}/revisions/:seq`,
    access: "view",
    handle: getRevision,
    summary: "Get a revision and what the asset then was",
  },
  {
    method: "GET",
    path: `${EDGE_ASSET}/diff`,
    access: "view",
    handle: diffRevisions,
    summary: "What changed between two revisions",
  },
  {
    method: "POST",
    path: `${EDGE_ASSET}/rollback`,
    access: "edit",
    handle: rollbackAsset,
    summary: "Write an old revision again",
  },
  {
    method: "GET",
    path: `${EDGE_NAMESPACE}/audit`,
    access: "admin",
    handle: listAudit,
    summary: "Who did what in a namespace",
  },
  {
    method: "GET",
    path: "/api/edge/v1/audit",
    access: "admin",
    handle: listAudit,
    summary: "Who did what, everywhere",
  },
  {
    method: "GET",
    path: "/api/edge/v1/changes",
    access: "authenticated",
    handle: listChanges,
    summary: "Changes since a seq, in commit order",
  },

  {
    method: "GET",
    path: `${EDGE_ASSET}/resolve`,
    access: "view",
    handle: resolveForMachine,
    summary: "The one build for a machine: `os=linux&arch=amd64`",
  },
  {
    method: "POST",
    path: `${EDGE_ASSET}/resolve`,
    access: "view",
    handle: resolveForMachine,
    summary: "The same for an entity's JSON",
  },
  {
    method: "GET",
    path: `${EDGE_ASSET}/download`,
    access: "view",
    handle: downloadForMachine,
    summary: "302 to that build's archive, with its digest",
  },
  {
    method: "GET",
    path: `${EDGE_ASSET}/matrix`,
    access: "view",
    handle: showMatrix,
    summary: "Which build each platform gets",
  },
  {
    method: "POST",
    path: "/api/edge/v1/lint",
    access: "authenticated",
    handle: lintBody,
    summary: "What is legal in an asset and yet wrong",
  },
];
