import { MACHINES, type Machine } from "./machines.ts";

/** What an agent reports about its machine: the members that filters of assets look at. */
export interface SystemFacts {
  os: string;
  arch: string;
  platform: string;
  platform_family: string;
  platform_version: string;
  /** Only on 32-bit ARM: 5, 6 or 7. */
  arm_version?: number;
  /** Only on Linux. */
  libc_type?: string;
}

export interface Platform {
  name: string;
  /** The entity as filters see it. */
  entity: { name: string; entity_class: "agent"; labels: Record<string, string>; system: SystemFacts };
}

/** The machines that assets are commonly built for, as their agents describe them. */
export const PLATFORMS: readonly Platform[] = Object.entries(MACHINES).flatMap(([os, machines]) =>
  machines.flatMap((machine) =>
    machine.architectures.map((architecture) => platformOf(os, machine, architecture)),
  ),
);

function platformOf(os: string, machine: Machine, architecture: string): Platform {
  const name = `${machine.name}-${architecture}`;
  const [, armVersion] = /^armv(\d)$/.exec(architecture) ?? [];
  const system: SystemFacts = {
    os,
    arch: armVersion === undefined ? architecture : "arm",
    platform: machine.platform,
    platform_family: machine.family,
    platform_version: machine.version,
    ...(armVersion !== undefined && { arm_version: Number(armVersion) }),
    ...(os === "linux" && { libc_type: machine.platform === "alpine" ? "musl" : "glibc" }),
  };
  return { name, entity: { name, entity_class: "agent", labels: {}, system } };
}
