/** One request of a command, and what the real server said. Long bodies are cut; secrets are placeholders. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly Header[];
  readonly body: string;
  readonly status: number;
  readonly answerHeaders: readonly Header[];
  readonly answerBody: string;
}

export type Header = readonly [name: string, value: string];

/** One command line, its exit code and the requests it made, in order. */
export interface Command {
  readonly server: string;
  readonly line: string;
  readonly exitCode: number;
  readonly exchanges: readonly Exchange[];
}

export interface Transcript {
  readonly commands: readonly Command[];
  /** Requests that went to another host than the Sensu server. */
  readonly elsewhere: number;
}

type Building<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] };

/**
 * Reads a transcript: `######## 612` names the server, `$` starts a command, `>>>` a request and `<<<` its answer, `>` and
 * `<` are their headers and bodies; after `--- bonsai requests` stands the log of another host.
 */
export function readTranscript(text: string, firstServer: string): Transcript {
  const commands: Building<Command>[] = [];
  let server = firstServer;
  let log = false;
  let elsewhere = 0;
  for (const line of text.split("\n")) {
    const command = commands.at(-1);
    const exchange = command?.exchanges.at(-1) as Building<Exchange> | undefined;
    if (line.startsWith("######## ")) {
      server = line.slice(9).trim();
    } else if (line.startsWith("$ ")) {
      log = false;
      commands.push({ server, line: line.slice(2), exitCode: 0, exchanges: [] });
    } else if (line.startsWith("--- ")) {
      log = true;
    } else if (log) {
      if (/^[A-Z]+ \//.test(line)) elsewhere += 1;
    } else if (line.startsWith("  rc=") && command !== undefined) {
      command.exitCode = Number(line.slice(5));
    } else if (line.startsWith("  >>> ") && command !== undefined) {
      command.exchanges.push(newExchange(line.slice(6)));
    } else if (line.startsWith("  <<< ") && exchange !== undefined) {
      exchange.status = Number(line.slice(6));
    } else if (exchange !== undefined) {
      readDetail(line, exchange);
    }
  }
  return { commands, elsewhere };
}

function newExchange(start: string): Building<Exchange> {
  const [method = "", path = ""] = start.split(" ");
  return { method, path, headers: [], body: "", status: 0, answerHeaders: [], answerBody: "" };
}

function readDetail(line: string, exchange: Building<Exchange>): void {
  const [, side, text] = /^ {6}([<>]) (.*)$/.exec(line) ?? [];
  if (text === undefined) return;
  if (text.startsWith("BODY")) {
    exchange[side === ">" ? "body" : "answerBody"] = text.slice(5);
    return;
  }
  const colon = text.indexOf(": ");
  exchange[side === ">" ? "headers" : "answerHeaders"].push([text.slice(0, colon), text.slice(colon + 2)]);
}
