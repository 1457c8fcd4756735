import type { Asset } from "../../src/definitions/schema.ts";

/** 128 hex digits that belong to nothing. */
export const SHA512 = "25e01b962045f4f5".repeat(8);
export const OTHER_SHA512 = "0f".repeat(64);

/** A valid asset as a client writes it. */
export function anAsset(name: string, members: Asset = {}, namespace = "default"): Asset {
  return {
    url: `https://assets.example.com/${name}.tar.gz`,
    sha512: SHA512,
    ...members,
    metadata: { name, namespace, ...members.metadata },
  };
}

/** The bytes a GET answers for `anAsset(name)` written by `by`. */
export function servedAsset(name: string, by = "tester", namespace = "default"): string {
  return (
    `{"url":"https://assets.example.com/${name}.tar.gz","sha512":"${SHA512}","filters":null,"builds":null,` +
    `"metadata":{"name":"${name}","namespace":"${namespace}","created_by":"${by}"},"headers":null}`
  );
}
