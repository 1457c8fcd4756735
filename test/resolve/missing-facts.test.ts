import { describe, expect, it } from "vitest";
import { missingFacts } from "../../src/resolve/missing-facts.ts";

const FACTS = { name: "web", labels: { a: "b" }, subscriptions: ["x"], system: { os: "linux" } };

describe("the facts that a filter asks for and nobody gave", () => {
  it.each([
    ["entity.system.os == 'linux'", []],
    ["entity.system.arch == 'amd64'", ["arch"]],
    ["entity.system.arch == 'amd64' && entity.system.libc_type == 'musl'", ["arch", "libc_type"]],
    ["entity.system.arch == 'a' || entity['system'][\"arch\"] == 'b'", ["arch"]],
    ["entity.labels.region == 'eu'", ["labels.region"]],
    ["entity.labels['a'] == 'b'", []],
    ["entity.annotations.x.y == 'b'", ["annotations"]],
    ["entity.system.os.length > 3 && entity.subscriptions.length > 0", []],
    ["entity.system.platform.indexOf('u') == 0", ["platform"]],
    ["entity.name == 'web' && entity.user == 'root'", ["user"]],
    ["true", []],
    ["", []],
  ])("of %s are %j", (filter, missing) => {
    expect(missingFacts(filter, FACTS)).toEqual(missing);
  });

  it("are a system that is not there at all", () => {
    expect(missingFacts("entity.system.os == 'linux'", {})).toEqual(["system"]);
  });
});
