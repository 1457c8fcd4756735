import * as z from "zod";
import { answerSchema } from "../lib/schema-ref.ts";

/** A namespace as it is served: it has no metadata. */
export const NamespaceAnswer = answerSchema("Namespace", "A namespace; it has no other members.", () =>
  z.strictObject({ name: z.string() }),
);
