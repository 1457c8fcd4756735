import { ApiError } from "../errors.ts";

/**
 * Refuses a WebSocket handshake, which would wait for a 101 that never comes (RFC 9110 §15.5.22). Other protocols are
 * only offered: clients that can do HTTP/2 send `h2c` with every first request, and a server may ignore it (§7.8). A 426
 * must name a protocol in `Upgrade`; runtimes that keep headers of the connection to themselves drop it.
 */
export function refuseWebSocket({ headers }: Pick<Request, "headers">): void {
  if (!/(?:^|[,\s])websocket(?:$|[,/\s])/i.test(headers.get("Upgrade") ?? "")) return;
  throw new ApiError(
    "upgradeRequired",
    "there are no WebSockets here: send the request over HTTP without Upgrade; to follow changes, GET /api/edge/v1/changes with Accept: text/event-stream",
    { headers: { Upgrade: "HTTP/1.1" } },
  );
}
