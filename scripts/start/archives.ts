// The archives of examples/, served on this machine so that an asset of examples/assets.yaml can be fetched offline.
import { readdir, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { PROJECT } from "../local.ts";

const FOLDER = join(PROJECT, "examples/archives");

/** Archives that are being served. */
export interface ServedArchives {
  readonly close: () => void;
}

/** Serves each file of examples/archives under its name; null where the port is not free. */
export async function serveArchives(host: string, port: number): Promise<ServedArchives | null> {
  const names = await readdir(FOLDER);
  const server = createServer((request, response) => {
    const name = names.find((each) => request.url === `/${each}`);
    if (name === undefined) {
      response.writeHead(404).end();
      return;
    }
    void readFile(join(FOLDER, name)).then(
      (bytes) => response.writeHead(200, { "Content-Type": "application/gzip" }).end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  const isListening = await new Promise<boolean>((settled) => {
    server.once("error", () => settled(false)).listen(port, host, () => settled(true));
  });
  if (!isListening) return null;
  return {
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
