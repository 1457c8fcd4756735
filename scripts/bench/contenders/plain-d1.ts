// The same over D1: bearer check, one statement, the definitions as they lie there.
import { AutoRouter, error, type IRequest } from "itty-router";
import { jwtVerify } from "jose";

interface Bindings extends Env {
  readonly TOKEN_SECRET: string;
}

const router = AutoRouter<IRequest, [Bindings]>({ before: [checkToken] });

async function checkToken({ headers }: IRequest, env: Bindings): Promise<Response | undefined> {
  const token = (headers.get("Authorization") ?? "").replace(/^Bearer /, "");
  try {
    await jwtVerify(token, new TextEncoder().encode(env.TOKEN_SECRET), { algorithms: ["HS256"] });
  } catch {
    return error(401, "invalid credentials");
  }
  return undefined;
}

router.get("/api/core/v2/namespaces/:namespace/assets/:name", async ({ params }, env) => {
  const { namespace = "", name = "" } = params;
  const definition = await env.DB.prepare("SELECT definition FROM assets WHERE namespace = ?1 AND name = ?2")
    .bind(namespace, decodeURIComponent(name))
    .first<string>("definition");
  if (definition === null) return error(404, "not found");
  return new Response(definition, { headers: { "Content-Type": "application/json" } });
});

router.get("/api/core/v2/namespaces/:namespace/assets", async ({ params, query }, env) => {
  const { results } = await env.DB.prepare(
    "SELECT definition FROM assets WHERE namespace = ?1 ORDER BY name LIMIT ?2",
  )
    .bind(params["namespace"], Number(query["limit"]))
    .all<{ definition: string }>();
  const body = `[${results.map(({ definition }) => definition).join(",")}]`;
  return new Response(body, { headers: { "Content-Type": "application/json" } });
});

router.put("/api/core/v2/namespaces/:namespace/assets/:name", async (request, env) => {
  const { namespace = "", name = "" } = request.params;
  await env.DB.prepare(
    `INSERT INTO assets VALUES (?1, ?2, ?3)
     ON CONFLICT (namespace, name) DO UPDATE SET definition = excluded.definition`,
  )
    .bind(namespace, decodeURIComponent(name), JSON.stringify(await request.json()))
    .run();
  return new Response(null, { status: 201 });
});

export default router;
