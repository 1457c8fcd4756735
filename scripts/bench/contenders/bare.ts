// The least that an answer like ours takes: the same reads of a request and the same headers, of definitions that KV is
// asked for once. No token is verified, no grant looked at and nothing is ever fresh: what ours adds is seen beside it.
const answers = new Map<string, { readonly definition: string; readonly etag: string }>();

async function learn(url: string, env: Env): Promise<Response> {
  const [, namespace = "", name = ""] = /\/namespaces\/([^/]+)\/assets\/([^/]+)$/.exec(url) ?? [];
  const definition = await env.CACHE.get(`${namespace}/${decodeURIComponent(name)}`);
  if (definition === null) return new Response("not found", { status: 404 });
  answers.set(url, { definition, etag: `"${String(answers.size).padStart(40, "0")}"` });
  return new Response(definition);
}

export default {
  fetch({ method, url, headers }, env) {
    if (method !== "GET") return new Response(null, { status: 405 });
    const known = answers.get(url);
    if (headers.get("Authorization") === null) return new Response(null, { status: 401 });
    if (known === undefined || headers.has("Cache-Control")) return learn(url, env);
    if (headers.get("If-None-Match") === known.etag) return new Response(null, { status: 304 });
    return new Response(known.definition, {
      headers: {
        "Cache-Control": "private, no-cache",
        "Content-Type": "application/json",
        "X-Cache": "MEMORY",
        Age: String(Math.floor(Date.now() / 1000) % 60),
        ETag: known.etag,
      },
    });
  },
} satisfies ExportedHandler<Env>;
