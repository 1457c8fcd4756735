import {
  goList,
  goString,
  goStringMap,
  goStrings,
  goStruct,
  type Decoded,
  type Decoder,
} from "../go-json/decode.ts";
import { isObject } from "../lib/json.ts";

/** JavaScript expressions, or the map form of the Sensu document: `{"entity.system.os": "linux"}`. */
export type Filters = string[] | Record<string, string>;

const Filters: Decoder<Filters> = {
  type: goStrings.type,
  decode: (value, place) => (isObject(value) ? goStringMap : goStrings).decode(value, place),
  fold: (value) => value,
};

const Build = goStruct("AssetBuild", "v2.AssetBuild", {
  url: goString,
  sha512: goString,
  filters: Filters,
  headers: goStringMap,
});

/** One archive of an asset with builds (contract §1.1). */
export type Build = Decoded<typeof Build>;

const Metadata = goStruct("ObjectMeta", "v2.ObjectMeta", {
  name: goString,
  namespace: goString,
  labels: goStringMap,
  annotations: goStringMap,
  created_by: goString,
});

/** Sensu's ObjectMeta (contract §1.2). */
export type Metadata = Decoded<typeof Metadata>;

/** A core/v2 asset as a client may write it: every member may be absent; null is the same as absent. */
export const Asset = goStruct("Asset", "v2.Asset", {
  url: goString,
  sha512: goString,
  filters: Filters,
  builds: goList(Build),
  metadata: Metadata,
  headers: goStringMap,
});
export type Asset = Decoded<typeof Asset>;
