import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { anAsset } from "../support/fixtures.ts";
import { api, ASSETS, freshStorage, tokenFor } from "../support/worker.ts";

const admin = await tokenFor(["admin@*"]);
const said: string[] = [];

beforeEach(async () => {
  await freshStorage();
  for (const method of ["log", "warn", "error", "info", "debug"] as const) {
    vi.spyOn(console, method).mockImplementation(
      (...parts: unknown[]) => void said.push(parts.map(String).join(" ")),
    );
  }
});
afterEach(() => {
  vi.restoreAllMocks();
});

it("secrets appear in no log line, error, header or store, also while the database fails", async () => {
  const made = await api("POST", "/api/edge/v1/keys", {
    token: admin,
    body: { name: "ci", grants: ["edit@default"] },
  });
  const { key } = await made.json<{ key: string }>();
  const basic = btoa(`ci:${key}`);
  const login = await api("GET", "/auth", { headers: { Authorization: `Basic ${basic}` } });
  const { access_token: access, refresh_token: refresh } = await login.json<{
    access_token: string;
    refresh_token: string;
  }>();
  const header = "a-header-value-that-opens-doors";
  await api("PUT", `${ASSETS}/one`, {
    token: admin,
    body: anAsset("one", { headers: { Authorization: header } }),
  });

  const answers: Response[] = [];
  const everything = async () => {
    for (const authorization of [
      `Key ${key}`,
      `Bearer ${access}`,
      `Bearer ${access}x`,
      `Basic ${basic}`,
      `Bearer ${admin}`,
    ]) {
      for (const [method, path] of [
        ["GET", `${ASSETS}/two`],
        ["PUT", `${ASSETS}/two`],
        ["GET", "/auth"],
        ["GET", "/api/edge/v1/keys"],
        ["POST", "/auth/token"],
      ] as const) {
        const body = method === "GET" ? {} : { body: { refresh_token: refresh } };
        answers.push(await api(method, path, { headers: { Authorization: authorization }, ...body }));
      }
    }
  };
  await everything();
  for (const table of ["assets", "api_keys", "sessions"])
    await env.DB.prepare(`ALTER TABLE ${table} RENAME TO ${table}_away`).run();
  await everything();
  expect(answers.some(({ status }) => status === 503)).toBe(true);

  const stored: unknown[] = [];
  const { results } = await env.DB.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '_cf_*'",
  ).all<{ name: string }>();
  for (const { name } of results)
    stored.push((await env.DB.prepare(`SELECT * FROM "${name}"`).all()).results);
  const { keys } = await env.CACHE.list();
  for (const { name } of keys) stored.push(name, await env.CACHE.get(name));

  const secrets = [key, basic, access, refresh, admin, env.TOKEN_SECRET];
  const told = answers.map(({ headers }) => JSON.stringify([...headers]));
  for (const answer of answers) if (answer.status >= 400) told.push(await answer.text());
  expect(said.length).toBeGreaterThan(0);
  for (const secret of secrets) {
    expect([...said, ...told].some((text) => text.includes(secret))).toBe(false);
    expect(JSON.stringify(stored).includes(secret)).toBe(false);
  }
  expect(said.some((text) => text.includes(header))).toBe(false);
});
