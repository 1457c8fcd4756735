// Workers as Cloudflare keeps them: versions, which of them runs, and secrets.
import { randomUUID } from "node:crypto";
import { NO_WORKER, ok, refuse, type Answer, type Call } from "./cloudflare-answers.ts";

export interface Binding {
  readonly type: string;
  readonly name: string;
  readonly [member: string]: unknown;
}

/** What `wrangler deploy` sends beside the code. */
export interface Metadata {
  readonly main_module: string;
  readonly bindings: readonly Binding[];
  readonly compatibility_date: string;
  readonly annotations?: Record<string, string>;
  readonly observability?: unknown;
  readonly assets?: { readonly jwt: string; readonly config: Readonly<Record<string, unknown>> };
}

interface Version {
  readonly id: string;
  readonly annotations: Record<string, string>;
  readonly bindings: Binding[];
}

/** A Worker of the account. Secrets are kept as Cloudflare keeps them: nobody is told their values but a test. */
export interface Script {
  /** As it was last uploaded; null for a Worker that only has secrets. */
  metadata: Metadata;
  readonly secrets: Map<string, string>;
  readonly versions: Version[];
  /** Ids of versions, in the order in which they were let run; the last one runs. */
  readonly deployed: string[];
  crons: string[];
  workersDev: boolean;
  /** Every text that came with the uploads, for tests that look for what must not be in them. */
  uploaded: string;
}

export function running({ versions, deployed }: Script): Version {
  const version = versions.find(({ id }) => id === deployed.at(-1));
  if (version === undefined) throw new Error("a Worker without a version");
  return version;
}

/**
 * As Cloudflare takes an upload: a binding that is to be kept must be there, and no secret is kept in the version's text. The
 * first is deployed at once; of a Worker that exists, wrangler uploads a version and then deploys it.
 */
export async function upload(
  scripts: Map<string, Script>,
  name: string,
  { body, request }: Call,
  atOnce: boolean,
): Promise<Answer> {
  const form = await new Response(new Uint8Array(body), {
    headers: { "Content-Type": request.headers["content-type"] ?? "" },
  }).formData();
  const metadata = JSON.parse(form.get("metadata") as string) as Metadata;
  const known = scripts.get(name);
  if (known === undefined && !atOnce) return NO_WORKER;
  if (metadata.assets?.jwt !== COMPLETE) return refuse(400, 10021, "the assets were not uploaded");
  const kept = known === undefined || known.deployed.length === 0 ? [] : running(known).bindings;
  const bindings: Binding[] = [];
  for (const binding of metadata.bindings) {
    // Secrets are added to every version.
    if (binding.type === "inherit" && known?.secrets.has(binding.name) === true) continue;
    const found = binding.type === "inherit" ? kept.find(({ name: held }) => held === binding.name) : binding;
    if (found === undefined || (binding.type === "inherit" && found.type === "secret_text"))
      return refuse(400, 10057, `inherit binding '${binding.name}' is invalid: it does not exist`);
    bindings.push(found);
  }
  const script: Script = known ?? {
    metadata,
    secrets: new Map(),
    versions: [],
    deployed: [],
    crons: [],
    workersDev: false,
    uploaded: "",
  };
  for (const { type, name: secret, text } of metadata.bindings) {
    if (type === "secret_text") script.secrets.set(secret, String(text));
  }
  script.metadata = metadata;
  script.uploaded += body.toString("latin1");
  scripts.set(name, script);
  const id = newVersion(script, bindings, metadata.annotations ?? {});
  if (atOnce) script.deployed.push(id);
  return atOnce
    ? ok({ id: name, etag: "etag", startup_time_ms: 5, deployment_id: id.replaceAll("-", "") })
    : ok({ id, startup_time_ms: 5, resources: { script: { etag: "etag" } } });
}

function newVersion(
  script: Script,
  bindings: readonly Binding[],
  annotations: Version["annotations"],
): string {
  const others = bindings.filter(({ type }) => type !== "secret_text");
  const secrets = [...script.secrets.keys()].map((name) => ({ type: "secret_text", name }));
  const id = randomUUID();
  script.versions.push({ id, annotations, bindings: [...others, ...secrets] });
  return id;
}

/** A change of secrets is a version of its own, deployed at once, which carries no tag. */
export function changeSecrets(script: Script, body: Buffer): Answer {
  const { secrets } = JSON.parse(body.toString()) as { secrets: Record<string, { text: string } | null> };
  for (const [name, secret] of Object.entries(secrets)) {
    if (secret === null) script.secrets.delete(name);
    else script.secrets.set(name, secret.text);
  }
  deploySecrets(script);
  return ok({});
}

/** One secret, as `wrangler secret put` sends it. */
export function putSecret(script: Script, body: Buffer): Answer {
  const { name, text, type } = JSON.parse(body.toString()) as Binding;
  script.secrets.set(name, String(text));
  deploySecrets(script);
  return ok({ name, type });
}

function deploySecrets(script: Script): void {
  const annotations = { "workers/triggered_by": "secret" };
  script.deployed.push(newVersion(script, running(script).bindings, annotations));
}

/** Looks like a JWT to wrangler, which reads its claims. */
function token(of: string): string {
  return ["header", Buffer.from(JSON.stringify({ of })).toString("base64url"), "signature"].join(".");
}

/** With it assets are uploaded; the token of all of them goes up with the code. */
export const SESSION = token("session");
export const COMPLETE = token("complete");
