import { homedir, userInfo } from "node:os";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { configFolder, dataFolder } from "../../src/registry/index.ts";

describe.each([
  ["dataFolder", dataFolder, "XDG_DATA_HOME", ".local/share"],
  ["configFolder", configFolder, "XDG_CONFIG_HOME", ".config"],
])("%s", (_name, folder, variable, fallback) => {
  test("is below the XDG folder", () => {
    vi.stubEnv(variable, "/srv/xdg");

    expect(folder()).toBe("/srv/xdg/hivemind-core");
    expect(folder("other/inner")).toBe("/srv/xdg/other/inner");
  });

  test.each([
    ["not set", undefined],
    ["empty", ""],
    ["relative", "share"],
  ])("with a variable that is %s it is below HOME", (_what, value) => {
    vi.stubEnv(variable, value);
    vi.stubEnv("HOME", "/home/hub");

    expect(homedir()).toBe("/home/hub");
    expect(folder("hivemind-core")).toBe(join("/home/hub", fallback, "hivemind-core"));
  });

  test.each(["", "relative/home"])("with HOME=%j it is below the user's home of record", (home) => {
    vi.stubEnv(variable, undefined);
    vi.stubEnv("HOME", home);

    expect(folder()).toBe(join(userInfo().homedir, fallback, "hivemind-core"));
  });

  test.each(["..", "../other", "a/../../b", "/etc", "a\0b", "..\\other"])(
    "%j does not lead out of it",
    (subfolder) => {
      vi.stubEnv(variable, "/srv/xdg");

      expect(() => folder(subfolder)).toThrow(TypeError);
    },
  );

  test.each(["..hidden", "a/../b", "."])("%j stays inside", (subfolder) => {
    vi.stubEnv(variable, "/srv/xdg");

    expect(folder(subfolder)).toBe(join("/srv/xdg", subfolder).replace(/\/$/, ""));
  });
});
