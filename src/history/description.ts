import * as answers from "../http/answers.ts";
import { REVISION } from "./answers.ts";

// What the descriptions of several operations hold.

/** A second commit, after `REVISION`. */
export const UPDATE = { ...REVISION, seq: 3, action: "update", etag: '"0f0f0f0f0f0f0f0f"' };
export const LINES = ['- headers.Authorization: "Bearer $TOKEN"'];
export const DIFFERENCE = { from: REVISION, to: UPDATE, patch: { headers: null }, lines: LINES };
export const NEVER = answers.notFound(
  "The asset never was, or there is no such revision.",
  "no asset named my-secure-asset in namespace default",
  "no revision 42 of asset my-secure-asset in namespace default; the newest is 3",
);
