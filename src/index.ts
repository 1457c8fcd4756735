export default {
  async fetch() {
    return new Response("soon");
  },
} satisfies ExportedHandler<Env>;
