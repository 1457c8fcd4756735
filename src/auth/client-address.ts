/** The first four groups of an IPv6 address are its network; a client mostly has all 2^64 addresses of one. */
const NETWORK_GROUPS = 4;
const GROUPS = 8;

/**
 * What a client is counted by: its IPv4 address, or the /64 network of its IPv6 address, as Cloudflare gives it in
 * `CF-Connecting-IP`. Requests without the header share one name.
 */
export function clientAddress(request: Request): string {
  const address = request.headers.get("CF-Connecting-IP") ?? "unknown";
  if (!address.includes(":") || address.includes(".")) return address;
  const [head = "", tail] = address.split("::");
  const groups = groupsOf(head);
  if (tail !== undefined) {
    const after = groupsOf(tail);
    while (groups.length + after.length < GROUPS) groups.push("0");
    groups.push(...after);
  }
  return `${groups.slice(0, NETWORK_GROUPS).join(":")}::/64`;
}

function groupsOf(text: string): string[] {
  return text === "" ? [] : text.split(":");
}
