import { beforeEach, expect, it } from "vitest";
import { ApiError } from "../../src/errors.ts";
import { unavailable, writeFailed } from "../../src/freshness/unavailable.ts";
import { STORED_BYTES } from "../../src/store/asset-store.ts";
import { freshStorage } from "../support/worker.ts";
import { Isolate, World } from "../support/isolate.ts";

beforeEach(freshStorage);

it("a value that is too large for D1 is 413 from inside a commit, not an outage", async () => {
  const isolate = new Isolate(new World());
  const made = {
    digest: "0".repeat(64),
    name: "ci",
    grants: ["x".repeat(STORED_BYTES)],
    expiresAt: null,
    mayFollow: [],
    mayTakeOver: true,
  };
  await expect(isolate.keys.create(made, isolate.commit())).rejects.toMatchObject({ kind: "tooLarge" });
});

it.each([
  ["unavailable", unavailable],
  ["writeFailed", writeFailed],
])("%s returns an ApiError as it is, whatever its text", (_, answer) => {
  const error = new ApiError("conflict", "Network connection lost");
  expect(answer(error)).toBe(error);
  expect(answer(new Error("D1_ERROR: x"))).toMatchObject({ kind: "unavailable" });
});
