/** The chapters of the description, in the order they are read. */
export const TAGS = {
  Assets: "Definitions of downloadable, sha512-verified archives: Sensu's own core/v2 API.",
  Namespaces: "Where assets live. Grants are given by namespace.",
  Resolve:
    "Which build of an asset a machine gets, and why. Filters run as Sensu's agents run them; lint names mistakes that are legal.",
  Archives:
    "The bytes behind the definitions: whether they still have their digests, who uses them, and copies of them.",
  History: "Every write is a revision that nothing changes: who, when, what and why, and the way back.",
  "Plan and apply": "A set of definitions, compared with a namespace and written all or not at all.",
  Keys: "API keys: long-lived, revocable credentials. Only their digest is stored.",
  Login: "Sensu's login over API keys: the user is a key's name, the password the key.",
  Service: "What this is, whether it is well, and its documents.",
} as const;

/** A chapter of the description. */
export type Tag = keyof typeof TAGS;
