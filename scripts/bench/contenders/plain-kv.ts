// What one writes who does not take this project: bearer check, one KV read, the definition as it lies there.
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
  const definition = await env.CACHE.get(`${namespace}/${decodeURIComponent(name)}`);
  if (definition === null) return error(404, "not found");
  return new Response(definition, { headers: { "Content-Type": "application/json" } });
});

export default router;
