import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cursorAt, printCursor, readFrom } from "../../../src/history/changes/cursor.ts";

const seq = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const cursor = fc
  .record({
    epoch: fc.stringMatching(/^[0-9a-f]{16}$/),
    seq,
    startedAt: fc.option(seq),
  })
  .map(({ epoch, seq: at, startedAt }) => cursorAt(epoch, at, startedAt));

describe("a cursor", () => {
  it("is read as it was printed, as text that a URL and an event id can hold", () => {
    fc.assert(
      fc.property(cursor, (each) => {
        const text = printCursor(each);
        expect(text).toMatch(/^[\w-]{1,200}$/);
        expect(readFrom(text, "since")).toEqual(each);
      }),
    );
  });

  it("that is any text either is one or is refused, and never breaks", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String(), fc.stringMatching(/^[\w-]{0,210}$/)), (text) => {
        let read;
        try {
          read = readFrom(text, "since");
        } catch (error) {
          expect(String(error)).toMatch(/^ApiError: invalid since/);
          return;
        }
        if (read !== null && read !== "now" && read.epoch !== "")
          expect(readFrom(printCursor(read), "x")).toEqual(read);
      }),
    );
  });

  it("from the start stays one until it has reached the commit that was the newest then", () => {
    expect(cursorAt("e", 4, 5).startedAt).toBe(5);
    expect(cursorAt("e", 5, 5).startedAt).toBeNull();
  });
});
