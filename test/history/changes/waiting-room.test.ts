import { describe, expect, it } from "vitest";
import { WaitingRoom } from "../../../src/history/changes/waiting-room.ts";

describe("the waiting room", () => {
  it("refuses a client when all slots are taken, until one is released", () => {
    const room = new WaitingRoom(2);
    const leave = room.enter(0, 10);
    expect(room.enter(0, 10)).not.toBeNull();
    expect(room.enter(0, 10)).toBeNull();
    leave?.();
    leave?.();
    expect(room.enter(0, 10)).not.toBeNull();
    expect(room.enter(0, 10)).toBeNull();
  });

  it("gives the slot of a client that hung up to another when it expires", () => {
    const room = new WaitingRoom(1);
    expect(room.enter(0, 10)).not.toBeNull();
    expect(room.enter(9, 19)).toBeNull();
    expect(room.enter(10, 20)).not.toBeNull();
  });
});
