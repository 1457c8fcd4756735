// The shapes of Sensu's objects as zod has them: what the decoder of the Worker must take, and nothing else.
import * as z from "zod/mini";

const TextMap = z.record(z.string(), z.string());

/** JavaScript expressions, or the map form of the Sensu document: `{"entity.system.os": "linux"}`. */
export const Filters = z.union([z.array(z.string()), TextMap]);
export type Filters = z.infer<typeof Filters>;

/** One archive of an asset with builds (contract §1.1). */
export const Build = z.object({
  url: z.optional(z.string()),
  sha512: z.optional(z.string()),
  filters: z.optional(Filters),
  headers: z.optional(TextMap),
});
export type Build = z.infer<typeof Build>;

/** Sensu's ObjectMeta (contract §1.2). */
export const Metadata = z.object({
  name: z.optional(z.string()),
  namespace: z.optional(z.string()),
  labels: z.optional(TextMap),
  annotations: z.optional(TextMap),
  created_by: z.optional(z.string()),
});
export type Metadata = z.infer<typeof Metadata>;

/** A core/v2 asset as a client may write it: every member may be absent; null is the same as absent. */
export const Asset = z.object({
  url: z.optional(z.string()),
  sha512: z.optional(z.string()),
  filters: z.optional(Filters),
  builds: z.optional(z.array(Build)),
  metadata: z.optional(Metadata),
  headers: z.optional(TextMap),
});
export type Asset = z.infer<typeof Asset>;
