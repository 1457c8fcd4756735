/** Bytes that are looked at: the magic of a tar archive is at 257. */
export const FIRST_BYTES = 512;

/** What the first bytes of an answer are. */
export interface Beginning {
  /** For people: `a gzip archive`, `an HTML page`. */
  readonly name: string;
  /** Null where nobody can say. */
  readonly isArchive: boolean | null;
}

const ARCHIVES: readonly (readonly [at: number, magic: readonly number[], name: string])[] = [
  [0, [0x1f, 0x8b], "a gzip archive"],
  [257, [0x75, 0x73, 0x74, 0x61, 0x72], "a tar archive"],
  [0, [0x50, 0x4b, 0x03, 0x04], "a zip archive"],
  [0, [0x50, 0x4b, 0x05, 0x06], "an empty zip archive"],
  [0, [0xfd, 0x37, 0x7a, 0x58, 0x5a], "an xz archive"],
  [0, [0x42, 0x5a, 0x68], "a bzip2 archive"],
  [0, [0x28, 0xb5, 0x2f, 0xfd], "a zstd archive"],
];

/** Says what the first bytes are. */
export function beginningOf(bytes: Uint8Array): Beginning {
  if (bytes.length === 0) return { name: "nothing", isArchive: false };
  const known = ARCHIVES.find(([at, magic]) => magic.every((byte, index) => bytes[at + index] === byte));
  if (known !== undefined) return { name: known[2], isArchive: true };
  if (!isText(bytes)) return { name: "bytes of no known archive", isArchive: null };
  const text = new TextDecoder().decode(bytes).trimStart();
  if (/^<(?:!doctype html|html|head|body)/i.test(text)) return { name: "an HTML page", isArchive: false };
  if (text.startsWith("<")) return { name: "XML", isArchive: false };
  if (/^[{[]/.test(text)) return { name: "JSON", isArchive: false };
  if (text.startsWith("version https://git-lfs")) return { name: "a pointer of Git LFS", isArchive: false };
  return { name: "text", isArchive: false };
}

function isText(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte >= 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d);
}
