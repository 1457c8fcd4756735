import { describe, expect, it } from "vitest";
import { FailureLimit, FAILURES_PER_MINUTE, type Check } from "../../src/auth/failure-limit.ts";

const NOW = 1_800_000_000_000;
const TOO_MANY = { kind: "tooManyRequests", headers: { "Retry-After": "60" } };

function from(address: string): Request {
  return new Request("http://localhost/", { headers: { "CF-Connecting-IP": address } });
}

/** A limit whose shared counter allows so many failures of a client, and what was asked of it and of the store. */
function counted(allowed = Infinity) {
  const seen = { lookups: 0, shared: [] as string[] };
  const limit = new FailureLimit(async (client) => {
    seen.shared.push(client);
    return seen.shared.filter((other) => other === client).length <= allowed;
  });
  const lookup =
    (answer: string | null): Check<string> =>
    async (beforeLookup) => {
      beforeLookup();
      seen.lookups += 1;
      await Promise.resolve();
      return answer;
    };
  const outcome = async (request: Request, check: Check<string>, now = NOW) =>
    limit.limit(request, now, check).catch((error: { kind: string }) => error.kind);
  return { limit, seen, lookup, outcome };
}

describe("the limit of failed credentials", () => {
  it("lets 1,500 unknown keys of one client cost 300 look-ups, also when they come at once", async () => {
    for (const atOnce of [false, true]) {
      const { seen, lookup, outcome } = counted();
      const pending: Promise<unknown>[] = [];
      for (let index = 0; index < 1_500; index += 1) {
        const answer = outcome(from("192.0.2.1"), lookup(null));
        pending.push(answer);
        if (!atOnce) await answer;
      }
      const outcomes = await Promise.all(pending);
      expect(seen.lookups).toBe(FAILURES_PER_MINUTE);
      expect(outcomes.filter((each) => each === null)).toHaveLength(FAILURES_PER_MINUTE);
      expect(new Set(outcomes)).toEqual(new Set([null, "tooManyRequests"]));
    }
  });

  it("refuses a look-up before it is made once the shared counter has refused the client", async () => {
    const { limit, seen, lookup, outcome } = counted(2);
    for (const expected of [null, null, "tooManyRequests", "tooManyRequests"]) {
      expect(await outcome(from("192.0.2.1"), lookup(null))).toBe(expected);
    }
    expect(seen).toEqual({ lookups: 3, shared: ["192.0.2.1", "192.0.2.1", "192.0.2.1"] });
    await expect(limit.limit(from("192.0.2.1"), NOW, lookup("good"))).rejects.toMatchObject(TOO_MANY);
    expect(await outcome(from("192.0.2.2"), lookup("good"))).toBe("good");
    expect(await outcome(from("192.0.2.1"), lookup("good"), NOW + 60_000)).toBe("good");
  });

  it("starts a client's minute again when the clock is set back by more than that", async () => {
    const { lookup, outcome } = counted(0);
    expect(await outcome(from("192.0.2.1"), lookup(null))).toBe("tooManyRequests");
    expect(await outcome(from("192.0.2.1"), lookup("good"))).toBe("tooManyRequests");
    expect(await outcome(from("192.0.2.1"), lookup("good"), NOW - 60_000)).toBe("good");
  });

  it("holds 10,000 clients: the one whose minute began first is forgotten", async () => {
    const { lookup, outcome } = counted(0);
    const client = (index: number) => from(`10.0.${index >> 8}.${index % 256}`);
    for (let index = 0; index < 10_000; index += 1) await outcome(client(index), lookup(null));
    expect(await outcome(client(0), lookup("good"))).toBe("tooManyRequests");
    await outcome(client(10_000), lookup(null));
    expect(await outcome(client(0), lookup("good"))).toBe("good");
  });

  it("never counts good credentials, nor those that no store can check", async () => {
    const { seen, lookup, outcome } = counted(0);
    const broken: Check<string> = async (beforeLookup) => {
      beforeLookup();
      throw Object.assign(new Error("down"), { kind: "unavailable" });
    };
    for (let index = 0; index < 2 * FAILURES_PER_MINUTE; index += 1) {
      expect(await outcome(from("192.0.2.1"), lookup("good"))).toBe("good");
      expect(await outcome(from("192.0.2.1"), broken)).toBe("unavailable");
    }
    expect(seen.shared).toEqual([]);
  });

  it("never refuses a good credential that needs no look-up", async () => {
    const { outcome } = counted(0);
    expect(await outcome(from("192.0.2.1"), async () => null)).toBe("tooManyRequests");
    expect(await outcome(from("192.0.2.1"), async () => "good")).toBe("good");
    expect(await outcome(from("192.0.2.1"), async () => null)).toBe("tooManyRequests");
  });

  it.each([
    ["192.0.2.1", "192.0.2.1"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:db8:1:2::1", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["2001:db8::5:6:7:8:9", "2001:db8:0:5::/64"],
    ["::1", "0:0:0:0::/64"],
    ["::", "0:0:0:0::/64"],
    ["::ffff:192.0.2.1", "::ffff:192.0.2.1"],
  ])("counts the address %s as %s", async (address, client) => {
    const { seen, outcome } = counted();
    await outcome(from(address), async () => null);
    expect(seen.shared).toEqual([client]);
  });

  it("counts requests without an address together", async () => {
    const { seen, outcome } = counted();
    await outcome(new Request("http://localhost/"), async () => null);
    expect(seen.shared).toEqual(["unknown"]);
  });
});
