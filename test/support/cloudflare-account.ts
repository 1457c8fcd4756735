// What Cloudflare does at each of the routes that a deployment takes, to an account that keeps what is done to it.
import { randomUUID } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { unstable_splitSqlQuery as splitSql } from "wrangler";
import { NO_WORKER, ok, pageOf, refuse, type Answer, type Call } from "./cloudflare-answers.ts";
import {
  changeSecrets,
  COMPLETE,
  putSecret,
  running,
  SESSION,
  upload,
  type Script,
} from "./cloudflare-scripts.ts";

export const ACCOUNT = "ac".repeat(16);

/** Runs statements as one transaction and tells the rows of each. */
export type RunSql = (statements: readonly string[]) => Promise<readonly (readonly object[])[]>;

/** An account, and what has been done to it. */
export interface CloudflareAccount {
  readonly databases: Map<string, { readonly id: string; readonly run: RunSql }>;
  readonly namespaces: Map<string, string>;
  /** Null for an account that has not enabled R2. */
  buckets: Set<string> | null;
  readonly scripts: Map<string, Script>;
  /** Null for an account that has not chosen its part of workers.dev. */
  subdomain: string | null;
  accounts: { id: string; name: string }[];
}

/** A database of its own, in memory. */
export function sqliteDatabase(): RunSql {
  const database = new DatabaseSync(":memory:");
  return async (statements) => {
    database.exec("BEGIN");
    try {
      const rows = statements.map((sql) => database.prepare(sql).all());
      database.exec("COMMIT");
      return rows;
    } catch (error) {
      database.exec("ROLLBACK");
      throw error;
    }
  };
}

/** What Cloudflare does at each of the routes that a deployment takes. */
export async function act(
  account: CloudflareAccount,
  makeDatabase: () => RunSql,
  call: Call,
): Promise<Answer> {
  const { route, ids, url, body } = call;
  const [id = "", item = ""] = ids;
  const script = account.scripts.get(id);
  switch (route.replace(/: .*/, "")) {
    case "GET /accounts":
      return pageOf(account.accounts, url);
    case "GET /accounts/:account":
      return ok({ id: ACCOUNT, name: "Acme" });
    case "GET /accounts/:account/workers/subdomain":
      return account.subdomain === null
        ? refuse(404, 10007, "You do not have a workers.dev subdomain")
        : ok({ subdomain: account.subdomain });

    case "GET /accounts/:account/d1/database":
      // Cloudflare's filter finds names that hold the text.
      if (url.searchParams.has("per_page") && Number(url.searchParams.get("per_page")) < 10) {
        return refuse(400, 7400, "per_page must be 10 or more");
      }
      return pageOf(
        [...account.databases]
          .filter(([name]) => name.includes(url.searchParams.get("name") ?? ""))
          .map(([name, database]) => ({ uuid: database.id, name })),
        url,
      );
    case "POST /accounts/:account/d1/database": {
      const { name } = JSON.parse(body.toString()) as { name: string };
      if (account.databases.has(name))
        return refuse(400, 7502, `A database with name '${name}' already exists`);
      account.databases.set(name, { id: randomUUID(), run: makeDatabase() });
      return ok({ uuid: account.databases.get(name)?.id, name });
    }
    case "GET /accounts/:account/d1/database/:database": {
      const found = [...account.databases].find(([name, database]) => database.id === id || name === id);
      return found === undefined
        ? refuse(404, 7404, "The database could not be found")
        : ok({ uuid: found[1].id, name: found[0] });
    }
    case "GET /accounts/:account/d1/database/:database/time_travel/bookmark":
      return ok({ bookmark: "00000001-00000002-00004f8a-ab" });
    case "POST /accounts/:account/d1/database/:database/time_travel/restore":
      return ok({
        bookmark: url.searchParams.get("bookmark"),
        previous_bookmark: "00000009-00000002-00004f8a-ab",
      });
    case "POST /accounts/:account/d1/database/:database/query":
      return query([...account.databases.values()].find((database) => database.id === id)?.run, body);

    case "GET /accounts/:account/storage/kv/namespaces":
      return pageOf(
        [...account.namespaces].map(([title, namespace]) => ({ id: namespace, title })),
        url,
      );
    case "POST /accounts/:account/storage/kv/namespaces": {
      const { title } = JSON.parse(body.toString()) as { title: string };
      if (account.namespaces.has(title))
        return refuse(400, 10014, "a namespace with this account ID and title already exists");
      account.namespaces.set(title, randomUUID().replaceAll("-", ""));
      return ok({ id: account.namespaces.get(title), title });
    }

    case "GET /accounts/:account/workers/scripts":
      return ok([...account.scripts.keys()].map((name) => ({ id: name })));
    case "GET /accounts/:account/r2/buckets/:bucket":
      if (account.buckets === null) return NO_R2;
      return account.buckets.has(id)
        ? ok({ name: id })
        : refuse(404, 10006, "The specified bucket does not exist.");
    case "POST /accounts/:account/r2/buckets": {
      const { name } = JSON.parse(body.toString()) as { name: string };
      if (account.buckets === null) return NO_R2;
      if (account.buckets.has(name))
        return refuse(409, 10004, "The bucket you tried to create already exists");
      account.buckets.add(name);
      return ok({ name });
    }

    case "GET /accounts/:account/workers/services/:script":
      if (script === undefined) return NO_WORKER;
      return ok({
        default_environment: {
          environment: "production",
          script: { tag: "tag", last_deployed_from: "wrangler" },
        },
      });
    case "GET /accounts/:account/workers/workers/:script":
      if (script === undefined) return NO_WORKER;
      return ok({ id, subdomain: { enabled: script.workersDev, previews_enabled: false } });
    case "GET /accounts/:account/workers/scripts/:script/settings":
      if (script === undefined) return NO_WORKER;
      return ok({
        bindings: running(script).bindings,
        compatibility_date: script.metadata.compatibility_date,
      });
    case "GET /accounts/:account/workers/scripts/:script/secrets":
      if (script === undefined) return NO_WORKER;
      return ok([...script.secrets.keys()].map((name) => ({ name, type: "secret_text" })));
    case "PUT /accounts/:account/workers/scripts/:script/secrets":
      return script === undefined ? NO_WORKER : putSecret(script, body);
    case "PATCH /accounts/:account/workers/scripts/:script/secrets-bulk":
      return script === undefined ? NO_WORKER : changeSecrets(script, body);
    case "GET /accounts/:account/workers/scripts/:script/deployments":
      if (script === undefined) return NO_WORKER;
      return ok({
        deployments: script.deployed.toReversed().map((version) => ({
          id: randomUUID(),
          created_on: "2026-11-25T00:00:00Z",
          source: "wrangler",
          strategy: "percentage",
          annotations: {},
          versions: [{ version_id: version, percentage: 100 }],
        })),
      });
    case "POST /accounts/:account/workers/scripts/:script/deployments": {
      const { versions } = JSON.parse(body.toString()) as { versions: { version_id: string }[] };
      if (script === undefined) return NO_WORKER;
      script.deployed.push(...versions.map((version) => version.version_id));
      return ok({ id: randomUUID() });
    }
    case "PATCH /accounts/:account/workers/scripts/:script/script-settings":
      return script === undefined ? NO_WORKER : ok({});
    case "POST /accounts/:account/workers/scripts/:script/versions":
      return upload(account.scripts, id, call, false);
    case "GET /accounts/:account/workers/scripts/:script/versions/:item": {
      const version = script?.versions.find((one) => one.id === item);
      if (version === undefined) return NO_WORKER;
      return ok({
        id: version.id,
        number: 1,
        metadata: { created_on: "2026-11-25T00:00:00Z", source: "wrangler", author_email: "" },
        annotations: version.annotations,
        resources: { bindings: version.bindings },
      });
    }
    case "GET /accounts/:account/workers/scripts/:script/schedules":
      if (script === undefined) return NO_WORKER;
      return ok({ schedules: script.crons.map((cron) => ({ cron })) });
    case "PUT /accounts/:account/workers/scripts/:script/schedules":
      if (script === undefined) return NO_WORKER;
      script.crons = (JSON.parse(body.toString()) as { cron: string }[]).map(({ cron }) => cron);
      return ok({ schedules: script.crons.map((cron) => ({ cron })) });
    case "GET /accounts/:account/workers/scripts/:script/subdomain":
      if (script === undefined) return NO_WORKER;
      return ok({ enabled: script.workersDev, previews_enabled: false });
    case "POST /accounts/:account/workers/scripts/:script/subdomain":
      if (script === undefined) return NO_WORKER;
      script.workersDev = (JSON.parse(body.toString()) as { enabled: boolean }).enabled;
      return ok({ enabled: script.workersDev, previews_enabled: false });
    case "POST /accounts/:account/workers/scripts/:script/assets-upload-session": {
      const { manifest } = JSON.parse(body.toString()) as { manifest: Record<string, { hash: string }> };
      return ok({ jwt: SESSION, buckets: [Object.values(manifest).map(({ hash }) => hash)] });
    }
    case "POST /accounts/:account/workers/assets/upload":
      return { status: 201, result: { jwt: COMPLETE } };
    case "PUT /accounts/:account/workers/scripts/:script":
      return upload(account.scripts, id, call, true);

    default:
      return refuse(404, 7003, `the stand-in has no ${route}`);
  }
}

const NO_R2 = refuse(403, 10042, "Please enable R2 through the Cloudflare Dashboard.");

/** The statements of one text are one transaction, as in D1. */
async function query(run: RunSql | undefined, body: Buffer): Promise<Answer> {
  if (run === undefined) return refuse(404, 7404, "The database could not be found");
  const { sql } = JSON.parse(body.toString()) as { sql: string };
  try {
    const rows = await run(splitSql(sql));
    return ok(rows.map((results) => ({ results, success: true, meta: {} })));
  } catch (error) {
    return refuse(400, 7500, `${error instanceof Error ? error.message : String(error)}: SQLITE_ERROR`);
  }
}
