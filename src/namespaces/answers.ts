import * as z from "zod";

/** A namespace as it is served: it has no metadata. */
export const NamespaceAnswer = z
  .strictObject({ name: z.string() })
  .meta({ id: "Namespace", description: "A namespace; it has no other members." });
