import { getAsset, listAllAssets, listAssets } from "./assets/read-operations.ts";
import { createAsset, deleteAsset, patchAsset, replaceAsset } from "./assets/write-operations.ts";
import { askForCheck, reportFindings } from "./archives/check-operations.ts";
import { deleteCopy, getCopy } from "./archives/copy-operations.ts";
import { getMirror, setMirror } from "./archives/mirror-operations.ts";
import { getAssetArchives, listArchives, listNamespaceArchives } from "./archives/read-operations.ts";
import { auditEverything, auditNamespace } from "./history/audit/operations.ts";
import { listChanges } from "./history/changes/operations.ts";
import { diffRevisions } from "./history/diff-operation.ts";
import { getAssetAt, getRevision, listRevisions } from "./history/operations.ts";
import { rollbackAsset } from "./history/rollback-operation.ts";
import { del, get, patch, post, put, type Route } from "./http/route.ts";
import { createKey, getKey, listKeys, revokeKey, rotateKey } from "./keys/operations.ts";
import { login, logout, refreshLogin, testLogin } from "./login/operations.ts";
import {
  createNamespace,
  deleteNamespace,
  ensureNamespace,
  getNamespace,
  listNamespaces,
} from "./namespaces/operations.ts";
import { getUsage } from "./namespaces/usage-operation.ts";
import { lintAsset } from "./resolve/lint/operations.ts";
import { resolveMany, resolveManyForEntity } from "./resolve/many/operations.ts";
import { showMatrix } from "./resolve/matrix-operation.ts";
import { downloadAsset } from "./resolve/download-operation.ts";
import { resolveAsset, resolveAssetForEntity } from "./resolve/operations.ts";
import type { Services } from "./services.ts";
import { applySet } from "./sets/apply-operation.ts";
import { planSet } from "./sets/plan-operation.ts";
import { getDocs, getDocsFile, getFavicon, getOpenApi } from "./system/document-operations.ts";
import { getHealth, getIndex, getMetrics, getReady, getVersion } from "./system/operations.ts";

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
export const RESOLVE_MANY = `${EDGE_NAMESPACE}/resolve`;
const ARCHIVE_COPY = "/api/edge/v1/archives/sha512/:digest";

/**
 * The product on one screen. A row says who may call it; it cannot be left out. The router looks from top to bottom, so
 * what is asked for most stands first.
 */
export const routes: readonly Route<Services>[] = [
  get(ASSETS, "view", listAssets),
  post(ASSETS, "edit", createAsset),
  get(ASSET, "view", getAsset),
  put(ASSET, "edit", replaceAsset),
  patch(ASSET, "edit", patchAsset),
  del(ASSET, "edit", deleteAsset),
  get("/api/core/v2/assets", "view", listAllAssets),
  get(NAMESPACES, "authenticated", listNamespaces),
  post(NAMESPACES, "admin", createNamespace),
  get(NAMESPACE, "view", getNamespace),
  put(NAMESPACE, "admin", ensureNamespace),
  del(NAMESPACE, "admin", deleteNamespace),
  get("/auth", "public", login),
  get("/auth/test", "public", testLogin),
  post("/auth/token", "public", refreshLogin),
  post("/auth/logout", "public", logout),
  get(KEYS, "admin-anywhere", listKeys),
  post(KEYS, "admin-anywhere", createKey),
  get(KEY, "admin-anywhere", getKey),
  del(KEY, "admin-anywhere", revokeKey),
  post(`${KEY}/rotate`, "admin-anywhere", rotateKey),
  get(EDGE_ASSET, "view", getAssetAt),
  get(`${EDGE_ASSET}/revisions`, "view", listRevisions),
  get(`${EDGE_ASSET}/revisions/:seq`, "view", getRevision),
  get(`${EDGE_ASSET}/diff`, "view", diffRevisions),
  post(`${EDGE_ASSET}/rollback`, "edit", rollbackAsset),
  get(`${EDGE_NAMESPACE}/usage`, "admin", getUsage),
  get(`${EDGE_NAMESPACE}/audit`, "admin", auditNamespace),
  get("/api/edge/v1/audit", "admin", auditEverything),
  get("/api/edge/v1/changes", "authenticated", listChanges),
  get(RESOLVE, "view", resolveAsset),
  post(RESOLVE, "view", resolveAssetForEntity),
  get(RESOLVE_MANY, "view", resolveMany),
  post(RESOLVE_MANY, "view", resolveManyForEntity),
  get(`${EDGE_ASSET}/download`, "view", downloadAsset),
  get(`${EDGE_ASSET}/matrix`, "view", showMatrix),
  get(ARCHIVE_COPY, "authenticated", getCopy),
  del(ARCHIVE_COPY, "admin", deleteCopy),
  get("/api/edge/v1/archives", "authenticated", listArchives),
  get(`${EDGE_NAMESPACE}/archives`, "view", listNamespaceArchives),
  post(`${EDGE_NAMESPACE}/archives/findings`, "edit", reportFindings),
  get(`${EDGE_ASSET}/archives`, "view", getAssetArchives),
  post(`${EDGE_ASSET}/archives/check`, "edit", askForCheck),
  get(`${EDGE_NAMESPACE}/mirror`, "view", getMirror),
  put(`${EDGE_NAMESPACE}/mirror`, "admin", setMirror),
  post("/api/edge/v1/lint", "authenticated", lintAsset),
  post(`${EDGE_NAMESPACE}/plan`, "edit", planSet),
  post(`${EDGE_NAMESPACE}/apply`, "edit", applySet),
  get("/", "public", getIndex),
  get("/version", "public", getVersion),
  get("/health", "public", getHealth),
  get("/ready", "public", getReady),
  get("/metrics", "admin", getMetrics),
  get("/openapi.json", "public", getOpenApi),
  get("/docs", "public", getDocs),
  get("/docs/:file", "public", getDocsFile),
  get("/favicon.ico", "public", getFavicon),
];
