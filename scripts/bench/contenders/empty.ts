// The limit: a Worker that only says hello. What it takes is what workerd takes for any answer.
export default {
  fetch: () => new Response("hello"),
} satisfies ExportedHandler<Env>;
