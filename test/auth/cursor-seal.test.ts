import { describe, expect, it } from "vitest";
import { CursorSeal } from "../../src/auth/cursor-seal.ts";
import { readSigningKeys } from "../../src/auth/signing-keys.ts";

const [older, newer] = ["o", "n"].map((letter) => letter.repeat(32));
const sealOf = async (...secrets: (string | undefined)[]) =>
  new CursorSeal({ signingKeys: await readSigningKeys(secrets.join(",")) });

describe("a sealed cursor", () => {
  it("is opened while its secret is in the ring, also once another seals", async () => {
    const token = await (await sealOf(older)).seal("team/tool");
    expect(await (await sealOf(newer, older)).open(token)).toBe("team/tool");
    expect(await (await sealOf(newer)).open(token)).toBeNull();
  });

  it("does not show its key, and is none with any part changed", async () => {
    const seal = await sealOf(older);
    const token = await seal.seal("team/tool");
    expect(
      atob(token.split(".").join("").replaceAll("-", "+").replaceAll("_", "/").slice(0, 80)),
    ).not.toContain("tool");
    for (const other of ["", "x", `${token}x`, token.slice(0, -2), `x${token}`])
      expect(await seal.open(other)).toBeNull();
  });
});
