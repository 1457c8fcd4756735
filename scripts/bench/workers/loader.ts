// Fills the stores beside the Worker that is measured; it is not asked while anything is measured.
import type { Load } from "./load.ts";

export default {
  async fetch(request, env) {
    const { sql = [], json, entries = [] }: Load = await request.json();
    const statements = sql.map((text) => {
      const statement = env.DB.prepare(text);
      return json === undefined ? statement : statement.bind(json);
    });
    if (statements.length > 0) await env.DB.batch(statements);
    await Promise.all(entries.map(([key, value]) => env.CACHE.put(key, value)));
    return new Response(null, { status: 204 });
  },
} satisfies ExportedHandler<Env>;
