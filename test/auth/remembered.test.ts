import { describe, expect, it } from "vitest";
import { parseGrant, type Grant } from "../../src/auth/grants.ts";
import { RememberedTokens } from "../../src/auth/token-cache.ts";

const MIB = 1024 * 1024;

function principalOf(index: number, grantCount: number, length: number) {
  const grants = Array.from({ length: grantCount }, (_, each): Grant => {
    const grant = parseGrant(`view@${"n".repeat(100)}/${"a".repeat(length)}${index}-${each}`);
    if (grant === null) throw new Error("no grant");
    return grant;
  });
  return { name: `agent-${index}`, grants };
}

describe("the memory of verified tokens", () => {
  it("is bounded by bytes: of 1,000 tokens with 50 long grants it keeps the newest that fit in 8 MiB", () => {
    const tokens = new RememberedTokens();
    const headerOf = (index: number) => `Bearer ${index}.${"x".repeat(20_000)}.`;
    for (let index = 0; index < 1_000; index += 1) {
      tokens.remember(headerOf(index), principalOf(index, 50, 200), 2);
      expect(tokens.bytes).toBeLessThanOrEqual(8 * MIB);
    }
    const kept = Array.from({ length: 1_000 }, (_, index) => tokens.principalOf(headerOf(index), 1));
    const count = kept.filter((each) => each !== null).length;
    expect(kept.slice(-count).every((each) => each !== null)).toBe(true);
    expect(tokens.bytes).toBeGreaterThan(7 * MIB);
    // No less than what the texts alone take.
    expect(count * (20_000 + 50 * 300)).toBeLessThanOrEqual(tokens.bytes);
  });

  it("is bounded by number", () => {
    const tokens = new RememberedTokens();
    for (let index = 0; index <= 5_000; index += 1)
      tokens.remember(`Bearer ${index}`, principalOf(0, 1, 1), 2);
    expect(tokens.principalOf("Bearer 0", 1)).toBeNull();
    expect(tokens.principalOf("Bearer 1", 1)).not.toBeNull();
  });

  it("counts a token once, however often it is remembered", () => {
    const tokens = new RememberedTokens();
    for (let times = 0; times < 100; times += 1) tokens.remember("Bearer a", principalOf(0, 2, 9), 2);
    const { bytes } = tokens;
    tokens.remember("Bearer a", principalOf(0, 2, 9), 2);
    expect(tokens.bytes).toBe(bytes);
    expect(tokens.principalOf("Bearer a", 1)).toMatchObject({ name: "agent-0" });
    expect(tokens.principalOf("Bearer a", 2)).toBeNull();
  });

  it("does not keep a token larger than itself", () => {
    const tokens = new RememberedTokens();
    tokens.remember(`Bearer ${"x".repeat(9 * MIB)}`, principalOf(0, 1, 1), 2);
    expect(tokens.bytes).toBe(0);
  });

  it("knows a token until it expires, and not then", () => {
    const tokens = new RememberedTokens();
    const principal = principalOf(1, 1, 1);
    tokens.remember("Bearer x", principal, 1_000);
    expect(tokens.principalOf("Bearer x", 999)).toBe(principal);
    expect(tokens.principalOf("Bearer x", 1_000)).toBeNull();
    expect(tokens.principalOf("Bearer y", 1)).toBeNull();
  });
});
