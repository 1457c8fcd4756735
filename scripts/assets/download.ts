// Definitions behind a URL, as `sensuctl create -f` takes them.
import type { Environment } from "../deploy/world.ts";
import { Mistake } from "../command/mistake.ts";
import { reasonOf, webOf, type Web } from "../command/web.ts";

const LARGEST = 16 * 1024 * 1024;
const PATIENCE_MS = 30_000;
const REDIRECTS = 5;

/** Whether an argument is a URL and not a path. */
export function isUrl(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
}

/** Reads what is behind an https URL, at most 16 MiB in 30 seconds; throws a mistake that says what is wrong. */
export async function download(url: string, environment: Environment): Promise<Uint8Array> {
  const web = webOf(environment);
  const signal = AbortSignal.timeout(PATIENCE_MS);
  try {
    return await follow(url, web, signal);
  } catch (error) {
    if (error instanceof Mistake) throw error;
    const reason = signal.aborted ? `it took more than ${PATIENCE_MS / 1_000} seconds` : reasonOf(error);
    throw new Mistake(
      `${withoutSecrets(url)} cannot be read: ${reason}`,
      "fetch it by other means and name the file",
    );
  }
}

async function follow(start: string, web: Web, signal: AbortSignal): Promise<Uint8Array> {
  let url = start;
  for (let hop = 0; hop <= REDIRECTS; hop += 1) {
    refuseOpen(url);
    const answer = await web(url, { redirect: "manual", signal });
    const location = answer.headers.get("Location");
    if (answer.status >= 300 && answer.status < 400 && location !== null) {
      url = new URL(location, url).href;
      continue;
    }
    if (!answer.ok)
      throw new Mistake(`${withoutSecrets(url)} cannot be read: ${answer.status}`, "correct the URL");
    return whole(answer.body ?? [], url);
  }
  throw new Mistake(`${withoutSecrets(start)} redirects more than ${REDIRECTS} times`, "name where it leads");
}

/** Anybody on the way could change what comes without TLS; on this machine nobody is. */
function refuseOpen(url: string): void {
  const { protocol, hostname } = URL.parse(url) ?? { protocol: "", hostname: "" };
  if (protocol === "https:" || (protocol === "http:" && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname)))
    return;
  throw new Mistake(`${withoutSecrets(url)} is no https URL`, "definitions are read over https only");
}

async function whole(
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  url: string,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > LARGEST)
      throw new Mistake(`${withoutSecrets(url)} is larger than 16 MiB`, "divide it into several files");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The URL without what may be a credential. */
function withoutSecrets(url: string): string {
  const parsed = URL.parse(url);
  return parsed === null ? "the URL" : `${parsed.protocol}//${parsed.host}${parsed.pathname}`;
}
