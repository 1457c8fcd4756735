import type { Parameter } from "./openapi.ts";

const text = { type: "string" };

/** Characters of a reason, in a header or a parameter. */
export const REASON_CHARACTERS = 500;

// The request headers that change an answer, as documents describe them.

export const IF_MATCH: Parameter = {
  name: "If-Match",
  in: "header",
  description: "Write only if the asset exists and has one of these tags; `*`: if it exists.",
  schema: text,
  example: "*",
};

export const IF_NONE_MATCH_WRITE: Parameter = {
  name: "If-None-Match",
  in: "header",
  description: "Write only if the asset has none of these tags; `*`: only if it does not exist.",
  schema: text,
  example: '"0123456789abcdef"',
};

export const IF_NONE_MATCH: Parameter = {
  name: "If-None-Match",
  in: "header",
  description: "Tags of what the client has: 304 without a body when it is still the same.",
  schema: text,
  example: '"25e01b962045f4f5"',
};

export const CACHE_CONTROL: Parameter = {
  name: "Cache-Control",
  in: "header",
  description: "`no-cache`: the newest, from the database. Callers who may write there get that anyway.",
  schema: text,
  example: "no-cache",
};

export const PREFER: Parameter = {
  name: "Prefer",
  in: "header",
  description: "`return=representation`: the stored asset in the answer, which is empty otherwise.",
  schema: text,
  example: "return=representation",
};

export const REASON_HEADER: Parameter = {
  name: "X-Reason",
  in: "header",
  description: `Why this is done; kept in the history. At most ${REASON_CHARACTERS} characters.`,
  schema: { type: "string", maxLength: REASON_CHARACTERS },
  example: "new release",
};

export const ACCEPT: Parameter = {
  name: "Accept",
  in: "header",
  description: "`text/html` before `application/json`: the page for people.",
  schema: text,
  example: "application/json",
};

export const LAST_EVENT_ID: Parameter = {
  name: "Last-Event-ID",
  in: "header",
  description: "For `Accept: text/event-stream`: the id of the last event; goes before `since`.",
  schema: { type: "string", pattern: "^([\\w-]{1,200})?$" },
  example: "0",
};
