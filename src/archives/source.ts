import type { Asset } from "../definitions/schema.ts";
import { excerpt } from "../lib/excerpt.ts";
import { HEADERS_CHARACTERS, URL_CHARACTERS } from "./url-rule.ts";

const DIGEST_CHARACTERS = 128;

/** Where an archive is, how it is fetched, and what it must hash to. */
export interface ArchiveSource {
  /** SHA-512 in lower-case hex. */
  readonly digest: string;
  readonly url: string;
  /** The headers to fetch it with, as JSON with sorted names; empty for none. They are secrets. */
  readonly headers: string;
}

/** The source of each build of an asset, in order; an asset without builds is its own build 0. */
export function sourcesOf(asset: Asset): ArchiveSource[] {
  const builds = asset.builds ?? [];
  return (builds.length === 0 ? [asset] : builds).map(sourceOf);
}

/** The members of a build that say where its archive is. */
export interface Located {
  readonly url?: string | undefined;
  readonly sha512?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | null | undefined;
}

/** The source of one build. What is too long to be fetched is cut, so that it is still too long and takes little room. */
export function sourceOf({ url = "", sha512 = "", headers }: Located): ArchiveSource {
  return {
    digest: excerpt(sha512.toLowerCase(), DIGEST_CHARACTERS),
    url: excerpt(url, URL_CHARACTERS),
    headers: excerpt(headersText(headers ?? {}), HEADERS_CHARACTERS),
  };
}

/** One text for equal sources, and different texts for different ones. */
export function sourceKey({ digest, url, headers }: ArchiveSource): string {
  return JSON.stringify([digest, url, headers]);
}

function headersText(headers: Readonly<Record<string, string>>): string {
  const entries = Object.entries(headers);
  if (entries.length === 0) return "";
  return JSON.stringify(Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))));
}

/** The host of a URL, with its port where that is not the scheme's; empty where the URL cannot be read. */
export function hostOf(url: string): string {
  return URL.parse(url)?.host ?? "";
}
