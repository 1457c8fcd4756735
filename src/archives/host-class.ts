/** Who can reach a host: everybody, this machine alone, or those on its network; an address is nobody's name. */
export type HostClass = "public" | "address" | "private" | "loopback";

/** Top-level names that no public resolver answers (RFC 2606, 6761, 6762, 8375; ICANN's .internal), and those in common use. */
const PRIVATE_SUFFIX =
  /(?:^|\.)(?:local|localhost|localdomain|internal|intranet|lan|home|corp|private|priv|test|invalid|example|onion|arpa)$/;
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;
const IPV4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;
const PRIVATE_IPV4 =
  /^(?:0|10|127)\.|^169\.254\.|^172\.(?:1[6-9]|2\d|3[01])\.|^192\.168\.|^192\.0\.0\.|^198\.1[89]\.|^100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|^(?:22[4-9]|2[3-5]\d)\./;
/** Global unicast alone is public; of it, not the ranges that stand for IPv4 addresses. */
const PUBLIC_IPV6 = /^\[(?!2002:|2001:0?:|2001:db8:)[23][\da-f]{3}:/;

/** Classifies the host name of a parsed URL, in which every spelling of an address has become one. */
export function hostClass(hostname: string): HostClass {
  const host = hostname.toLowerCase().replace(/\.$/, "");
  if (LOOPBACK.test(host)) return "loopback";
  if (IPV4.test(host)) return PRIVATE_IPV4.test(host) ? "private" : "address";
  if (host.startsWith("[")) return PUBLIC_IPV6.test(host) ? "address" : "private";
  return !host.includes(".") || PRIVATE_SUFFIX.test(host) ? "private" : "public";
}
