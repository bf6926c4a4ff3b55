import * as fc from "fast-check";
import { expect, test } from "vitest";
import { syntaxErrorLine } from "../../src/registry/json-syntax.ts";

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** JSON text, with something cut out and something put in. */
const nearlyJson = fc
  .tuple(
    fc.json({ depthSize: "medium" }),
    fc.nat(),
    fc.nat(3),
    fc.string({ unit: fc.constantFrom(...'{}[],:"\\ \n0-.e+tfnu\u0000é'.split("")) }),
  )
  .map(([json, at, cut, put]) => {
    const place = at % (json.length + 1);
    return json.slice(0, place) + put + json.slice(place + cut);
  });

test("finds an error exactly where there is one", () => {
  fc.assert(
    fc.property(fc.oneof(nearlyJson, fc.json(), fc.string()), (text) => {
      expect(syntaxErrorLine(text) === undefined).toBe(isJson(text));
    }),
    { numRuns: 5_000 },
  );
});

test("names the line of what was left unfinished or put in", () => {
  fc.assert(
    fc.property(fc.json(), fc.nat(20), (json, lines) => {
      expect(syntaxErrorLine(`${"\n".repeat(lines)}[\n${json}\n${json}]`)).toBe(lines + 3);
    }),
  );
});
