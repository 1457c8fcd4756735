import { describe, expect, it } from "vitest";
import { KV_BUDGET_MS, PatientKv, type KvStore } from "../../src/freshness/patient-kv.ts";

/** KV over a store of the test's, with a clock that stands still and a timer that rings at once. */
function kvOver(store: Partial<KvStore>, onFailing: () => void = () => undefined): PatientKv {
  const kv: KvStore = {
    getWithMetadata: async () => ({ value: null, metadata: null }),
    put: async () => undefined,
    ...store,
  };
  const timer = (_ms: number, ring: () => void) => {
    const handle = setTimeout(ring, 0);
    return () => clearTimeout(handle);
  };
  return new PatientKv(kv, () => 0, timer, onFailing);
}

describe("KV that misbehaves", () => {
  it("a put that fails or hangs is dropped and is no error", async () => {
    const put = async () => Promise.reject(new Error("KV PUT failed: 429 Too Many Requests"));
    expect(await kvOver({ put }).put("key", "value", {})).toBe(false);
    expect(await kvOver({ put: () => new Promise(() => undefined) }).put("key", "value", {})).toBe(false);
    expect(await kvOver({}).put("key", "value", {})).toBe(true);
  });

  it("a read that fails is a miss, and so is a key that KV does not take, which it is not asked for", async () => {
    let gets = 0;
    const getWithMetadata = async () => {
      gets += 1;
      throw new Error("KV GET failed: 503");
    };
    const kv = kvOver({ getWithMetadata });
    expect(await kv.get("key", 60)).toBeNull();
    expect(await kv.get("é".repeat(257), 60)).toBeNull();
    expect(gets).toBe(1);
  });

  it("that fails three times in a row is said to fail, and is asked then only by those who insist", async () => {
    let [gets, said] = [0, 0];
    let isDown = true;
    const getWithMetadata = async () => {
      gets += 1;
      if (isDown) throw new Error("KV GET failed: 503");
      return { value: "here", metadata: null };
    };
    const kv = kvOver({ getWithMetadata }, () => void (said += 1));
    for (let times = 0; times < 5; times += 1) await kv.get("key", 60);
    expect({ gets, said, isLeftAlone: kv.isLeftAlone }).toEqual({ gets: 3, said: 1, isLeftAlone: true });
    expect(await kv.ask("key", 60)).toBeNull();
    isDown = false;
    expect(await kv.get("key", 60)).toBeNull();
    expect(await kv.ask("key", 60)).toEqual({ value: "here", metadata: null });
  });

  it("a hit that comes after its time is handed to those who ask for it", async () => {
    const { promise, resolve } = Promise.withResolvers<{ value: string; metadata: unknown }>();
    const late: string[] = [];
    const kv = kvOver({ getWithMetadata: () => promise });
    expect(await kv.get("key", 60, ({ value }) => late.push(value))).toBeNull();
    resolve({ value: "late", metadata: null });
    await new Promise((done) => setTimeout(done, 0));
    expect(late).toEqual(["late"]);
    expect(KV_BUDGET_MS).toBe(100);
  });
});
