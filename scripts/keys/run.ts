// The command `npm run keys`: API keys of a deployment.
import { command, DONE_OR_FAILED, group, runOf } from "../command/command.ts";
import { answered, deploymentOf, ENVIRONMENT } from "../command/deployment.ts";
import type { CommandIo, Run } from "../command/io.ts";
import { Mistake } from "../command/mistake.ts";
import { duration, text, value, valueOr } from "../command/options.ts";
import { formatOption, print, type Format } from "../command/output.ts";
import { table } from "../command/table.ts";
import { allKeys, KEYS_PATH, pathOfKey, type Key, type MintedKey } from "./keys.ts";

const NAME = "npm run --silent keys --";

/** What a revocation means: the bound of copies, and the lifetime of access tokens. */
const HOW_IT_ENDS =
  "it ends everywhere within three minutes, and access tokens made from it live out their five minutes";

/** The name was an option once. */
const nameOption = text(
  "--name <name>",
  "the name, as it was given before; the next release takes it as an argument only",
);
const SHARED = { exitCodes: DONE_OR_FAILED, environment: ENVIRONMENT };

const list = command({
  ...SHARED,
  name: "list",
  summary: "list the keys that you may manage",
  options: { format: formatOption },
  examples: [`${NAME} list`, `${NAME} list --format json`],
  remedyFor: () => "`get NAME` shows the keys of one name",
  async run({ options: { format }, io }) {
    show(await allKeys(deploymentOf(io.environment)), format, io);
    return 0;
  },
});

const get = command({
  ...SHARED,
  name: "get",
  summary: "show the keys of a name, the newest first",
  operands: ["[name]"],
  options: { name: nameOption, format: formatOption },
  examples: [`${NAME} get ci`],
  async run({ options, operands, io }) {
    const path = pathOfKey(nameOf(operands, options.name, "get"));
    show((await answered(await deploymentOf(io.environment).ask("GET", path))) as Key[], options.format, io);
    return 0;
  },
});

const create = command({
  ...SHARED,
  name: "create",
  summary: "create a key; its secret is printed once, alone on standard output",
  operands: ["[name]"],
  options: {
    name: nameOption,
    grants: text(
      "--grants <list>",
      "role@namespace or role@namespace/name-glob, separated by commas; roles: view, edit, admin",
    ),
    expires: value(
      "--expires <duration>",
      "how long it is valid, as in 90d (default: until it is revoked)",
      duration(1),
    ),
  },
  examples: [`${NAME} create ci --grants 'edit@default,view@*' --expires 90d`],
  async run({ options: { name: before, grants, expires }, operands, io }) {
    const name = nameOf(operands, before, "create");
    if (grants === undefined) throw new Mistake("--grants is missing", "as in --grants 'edit@default'");
    const expiry =
      expires === undefined ? {} : { expires_at: new Date(Date.now() + 1_000 * expires).toISOString() };
    const body = { name, grants: grants.split(",").map((grant) => grant.trim()), ...expiry };
    const made = await answered(await deploymentOf(io.environment).ask("POST", KEYS_PATH, { body }));
    showSecret(made as MintedKey, io);
    return 0;
  },
});

const rotate = command({
  ...SHARED,
  name: "rotate",
  summary: "replace the secret of a key; both are valid while they overlap",
  operands: ["[name]"],
  options: {
    name: nameOption,
    overlap: valueOr("--overlap <duration>", "how long the old secret stays valid", overlapOf, "1d"),
  },
  examples: [`${NAME} rotate ci --overlap 1d`, `${NAME} rotate ci --overlap 0s    # the old one has leaked`],
  async run({ options: { name: before, overlap }, operands, io }) {
    const path = `${pathOfKey(nameOf(operands, before, "rotate"))}/rotate`;
    const body = { overlap: overlap.seconds };
    showSecret(
      (await answered(await deploymentOf(io.environment).ask("POST", path, { body }))) as MintedKey,
      io,
    );
    io.stderr.write(
      overlap.seconds === 0
        ? `The old secret is revoked: ${HOW_IT_ENDS}.\n`
        : `The old secret is valid for ${overlap.text} more.\n`,
    );
    return 0;
  },
});

const revoke = command({
  ...SHARED,
  name: "revoke",
  summary: "revoke every live key of a name",
  details: `A revoked key does not come back: ${HOW_IT_ENDS}.`,
  operands: ["[name]"],
  options: { name: nameOption },
  examples: [`${NAME} revoke ci`],
  async run({ options, operands, io }) {
    const name = nameOf(operands, options.name, "revoke");
    await answered(await deploymentOf(io.environment).ask("DELETE", pathOfKey(name)));
    io.stderr.write(`${name} is revoked: ${HOW_IT_ENDS}.\n`);
    return 0;
  },
});

/** Runs a subcommand; resolves to 0, or to 1 after an error, which is on standard error. */
export const runKeys: Run = runOf(
  group(
    {
      ...SHARED,
      name: NAME,
      summary: "the API keys of a deployment",
      examples: [`${NAME} create ci --grants 'edit@default' --expires 90d`, `${NAME} revoke ci`],
    },
    [list, create, get, rotate, revoke],
  ),
);

/** The name of the key, of the argument or of the option that it was before. */
function nameOf([operand]: readonly string[], option: string | undefined, subcommand: string): string {
  const name = operand ?? option ?? "";
  if (operand !== undefined && option !== undefined)
    throw new Mistake("the name is given twice", "leave --name out");
  if (name !== "") return name;
  throw new Mistake("the name of the key is missing", `as in ${NAME} ${subcommand} ci`);
}

function overlapOf(given: string, flag: string): { readonly text: string; readonly seconds: number } {
  return { text: given, seconds: duration(0)(given, flag) };
}

function show(keys: readonly Key[], format: Format, io: CommandIo): void {
  const day = (time: string | null) => time?.slice(0, 10) ?? "never";
  const rows = keys.map((key) => [
    key.name,
    key.status,
    key.grants.join(","),
    key.created_by,
    day(key.expires_at),
    key.last_used ?? "never",
  ]);
  const header = ["NAME", "STATUS", "GRANTS", "MADE BY", "EXPIRES", "LAST USED"];
  print(io, format, keys, () => table([header, ...rows]));
}

/** The secret alone on standard output, so that it can go straight to where secrets are kept. */
function showSecret({ key, name }: MintedKey, { stdout, stderr }: CommandIo): void {
  stderr.write(`The key ${name}, shown this once:\n`);
  stdout.write(`${key}\n`);
}
