import type { ArchiveMemory } from "../../src/resolve/many/service.ts";

/** Archives of which nothing has a copy, as every isolate knows. */
export const NO_COPIES: ArchiveMemory = {
  version: () => 1,
  peekBuild: () => ({ mirror: null }),
  learn: async () => undefined,
};
