import type { KvStore } from "./freshness/patient-kv.ts";
import { misconfigured, SettingError } from "./setting.ts";

/** What the Worker is bound to. A binding that is missing fails where it is used, with its name. */
export interface Bindings {
  readonly database: D1Database;
  readonly kv: KvStore;
  readonly documents: (request: Request) => Promise<Response>;
  /** Copies of archives; null where the deployment keeps none, which is no fault. */
  readonly archives: R2Bucket | null;
  /** The bindings that are missing. */
  readonly errors: readonly SettingError[];
}

/** Reads the bindings of wrangler.toml. The rest works without any of them: KV is only a copy, documents only a page. */
export function readBindings({ DB, CACHE, DOCUMENTS, ARCHIVES }: Partial<Env>): Bindings {
  const errors: SettingError[] = [];
  const orMissing = <B>(binding: B | undefined, name: string, missing: (error: SettingError) => B): B => {
    if (binding !== undefined) return binding;
    const error = new SettingError(name, "is not bound; see wrangler.toml");
    errors.push(error);
    return missing(error);
  };
  const documents = orMissing(DOCUMENTS?.fetch.bind(DOCUMENTS), "DOCUMENTS", (error) => () => fail(error));
  return {
    database: orMissing(DB, "DB", (error) => new MissingDatabase(error)),
    kv: orMissing<KvStore>(CACHE, "CACHE", (error) => ({
      getWithMetadata: () => fail(error),
      put: () => fail(error),
    })),
    documents: (request) => documents(request),
    archives: ARCHIVES ?? null,
    errors,
  };
}

/** A database that fails every question. */
class MissingDatabase implements D1Database {
  readonly #error: SettingError;

  constructor(error: SettingError) {
    this.#error = error;
  }

  prepare(): never {
    throw misconfigured(this.#error);
  }

  batch(): never {
    throw misconfigured(this.#error);
  }

  exec(): never {
    throw misconfigured(this.#error);
  }

  withSession(): never {
    throw misconfigured(this.#error);
  }

  dump(): never {
    throw misconfigured(this.#error);
  }
}

async function fail(error: SettingError): Promise<never> {
  throw misconfigured(error);
}
