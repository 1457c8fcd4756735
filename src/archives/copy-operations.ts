import { commitOf, principalOf } from "../context.ts";
import { SHA512 } from "../definitions/examples.ts";
import { ApiError, invalid } from "../errors.ts";
import * as answers from "../http/answers.ts";
import * as common from "../http/common-parameters.ts";
import { operation } from "../http/operation.ts";
import { notModified } from "../http/conditional.ts";
import { strictQuery } from "../http/query.ts";
import { IF_NONE_MATCH, REASON_HEADER } from "../http/request-headers.ts";
import { binary, empty } from "../http/respond.ts";
import type { Header, Parameter } from "../http/openapi.ts";
import { base64OfHex } from "../lib/hex.ts";
import { copyKey } from "./bucket.ts";
import { bucketUnavailable, noCopy, type CopyService } from "./copies.ts";

interface Uses {
  readonly copies: CopyService;
}

const DIGEST = /^[\da-f]{128}$/;

/** What stands for the bytes never changes; who may see them does, so nothing in between keeps them. */
const CACHE = "private, max-age=31536000, immutable";

const RANGE: Parameter = {
  name: "Range",
  in: "header",
  description:
    "Which bytes: `bytes=0-99`, `bytes=100-` or `bytes=-100`. Several ranges at once are answered with all bytes.",
  schema: { type: "string" },
  example: "bytes=0-99",
};

const header = (description: string, schema: Header["schema"], required = true): Header => ({
  description,
  required,
  schema,
});

const HEADERS = {
  ETag: header("The digest.", { type: "string", pattern: '^"[0-9a-f]{128}"$' }),
  "Cache-Control": header("The bytes of a digest never change.", { const: CACHE }),
};
const BODY_HEADERS = {
  ...HEADERS,
  "Repr-Digest": header("The digest of all bytes (RFC 9530).", {
    type: "string",
    pattern: "^sha-512=:[\\w+/=]+:$",
  }),
  "Accept-Ranges": header("Parts can be asked for.", { const: "bytes" }),
};
const BYTES = { "application/octet-stream": { schema: { type: "string", format: "binary" } } };

export const getCopy = operation({
  id: "getArchiveCopy",
  tag: "Archives",
  summary: "Download the copy of an archive",
  description:
    "The bytes with this digest, byte for byte as their host served them, for whoever may see an asset that has the digest, and whose own URL and headers were seen to give these bytes.",
  path: { digest: SHA512 },
  headers: [IF_NONE_MATCH, RANGE],
  answers: {
    200: answers.content("All bytes.", BYTES, { described: BODY_HEADERS }),
    206: answers.content("Some of the bytes.", BYTES, {
      described: {
        ...BODY_HEADERS,
        "Content-Range": header("Which bytes these are.", {
          type: "string",
          pattern: "^bytes \\d+-\\d+/\\d+$",
        }),
      },
    }),
    304: answers.empty("The client has them.", { described: HEADERS }),
    400: answers.invalid("invalid digest: use 128 lower-case hexadecimal digits"),
    404: answers.notFound("There is no copy that the caller may see, or this deployment keeps none."),
    416: answers.refusal("No byte lies in the range.", 1, ["the copy has 5242880 bytes"], {
      described: {
        "Content-Range": header("How many bytes there are.", { type: "string", pattern: "^bytes \\*/\\d+$" }),
      },
    }),
    503: answers.shared("Unavailable"),
  },
  async handle(asked, { copies }: Uses) {
    const digest = digestOf(asked.params);
    const { bucket, copy } = await copies.open(principalOf(asked).grants, digest);
    const etag = `"${digest}"`;
    const headers = { ETag: etag, "Cache-Control": CACHE };
    if (notModified(asked.request.headers, etag)) return empty(304, headers);
    const all = {
      ...headers,
      "Repr-Digest": `sha-512=:${base64OfHex(digest)}:`,
      "Accept-Ranges": "bytes",
      "Content-Type": "application/octet-stream",
    };
    const range = rangeOf(asked.request, copy.size, etag);
    const part = range === null ? {} : { range };
    const object =
      asked.request.method === "HEAD"
        ? await bucket
            .head(copyKey(digest))
            .catch((error: unknown) => Promise.reject(bucketUnavailable(error)))
        : await bucket
            .get(copyKey(digest), part)
            .catch((error: unknown) => Promise.reject(bucketUnavailable(error)));
    if (object === null) {
      // The bucket was emptied by somebody else: the next check makes the copy again.
      await copies.forget(digest);
      throw noCopy(digest);
    }
    const body = object.body ?? null;
    if (range === null) return binary(body, { ...all, "Content-Length": String(object.size) }, 200);
    const { offset, length } = range;
    return binary(
      body,
      {
        ...all,
        "Content-Length": String(length),
        "Content-Range": `bytes ${offset}-${offset + length - 1}/${object.size}`,
      },
      206,
    );
  },
});

export const deleteCopy = operation({
  id: "deleteArchiveCopy",
  tag: "Archives",
  summary: "Delete the copy of an archive for good",
  description:
    "Deletes the copy with this digest, and keeps it from being made again. The commit goes to the history of the assets that use it, with the reason. The archive at its own URL is not touched.",
  path: { digest: SHA512 },
  query: strictQuery(() => ({ reason: common.reason() })),
  headers: [REASON_HEADER],
  answers: {
    204: answers.empty("There is no copy, and there will be none."),
    400: answers.invalid("invalid digest: use 128 lower-case hexadecimal digits"),
    503: answers.shared("Unavailable"),
  },
  async handle(asked, { copies }: Uses) {
    await copies.delete(digestOf(asked.params), commitOf(asked));
    return empty(204);
  },
});

function digestOf(params: Readonly<Record<string, string>>): string {
  const digest = (params["digest"] ?? "").toLowerCase();
  if (!DIGEST.test(digest)) throw invalid("invalid digest: use 128 lower-case hexadecimal digits");
  return digest;
}

/** One range of bytes (RFC 9110 §14.2); null for none, for several, and where the client has an older representation. */
function rangeOf(
  { headers, method }: Request,
  size: number,
  etag: string,
): { readonly offset: number; readonly length: number } | null {
  const condition = headers.get("If-Range");
  const [, from = "", to = ""] =
    /^bytes=(\d{0,15})-(\d{0,15})$/.exec(headers.get("Range")?.trim() ?? "") ?? [];
  if (method !== "GET" || (from === "" && to === "") || (condition !== null && condition !== etag))
    return null;
  if (from !== "" && to !== "" && Number(to) < Number(from)) return null;
  const offset = from === "" ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === "" || to === "" ? size - 1 : Math.min(Number(to), size - 1);
  if (offset > end) {
    throw new ApiError("rangeNotSatisfiable", `the copy has ${size} bytes`, {
      headers: { "Content-Range": `bytes */${size}` },
    });
  }
  return { offset, length: end - offset + 1 };
}
