/** Files that somebody wants to import: from a spreadsheet, from another hub, from nobody knows where. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { csvSource } from "../../../../packages/db-cli/src/transfer/csv-source.ts";
import { formatOf } from "../../../../packages/db-cli/src/transfer/import-file.ts";
import { jsonSource } from "../../../../packages/db-cli/src/transfer/json-source.ts";
import type { Source } from "../../../../packages/db-cli/src/transfer/source.ts";
import { promise } from "../trial.ts";
import { json as anyJson, mutated, oddJson, text } from "./arbitraries.ts";
import { onlyOurs } from "./only-ours.ts";
import { scratch } from "./scratch.ts";
import type { Surface } from "./surface.ts";

const HEADERS = [
  "client_id,name,is_admin,access_key,password,crypto_key",
  "access_key",
  "name;access_key;description",
  "\ufeffname,access_key,allowed_types",
];
const GOOD = Buffer.from(
  `${HEADERS[0]}\n1,one,True,"key, one",None,\n2,"two ""too""",False,key two,secret,0123456789abcdef\n`,
);
const cell = fc.oneof(
  text,
  text.map((value) => `"${value.replaceAll('"', '""')}"`),
  text.map((value) => `"${value}`),
);
const csv = fc
  .tuple(fc.constantFrom(...HEADERS), fc.array(fc.array(cell, { maxLength: 7 }), { maxLength: 5 }))
  .map(([header, rows]) =>
    Buffer.from(`${header}\n${rows.map((cells) => cells.join(header.includes(";") ? ";" : ",")).join("\n")}`),
  );
const entry = fc.dictionary(
  fc.constantFrom("id", "name", "accessKey", "password", "isAdmin", "allowedTypes", "revoked", "x"),
  anyJson,
);
const clients = fc.array(entry, { maxLength: 4 }).map((all) => Buffer.from(JSON.stringify(all)));
const content = fc.oneof(
  csv,
  mutated(GOOD),
  clients,
  oddJson.map((some) => Buffer.from(some)),
  fc.uint8Array({ maxLength: 500 }).map((bytes) => Buffer.from(bytes)),
);

export const importFiles: Surface = {
  name: "files to import",
  atOnce: 4,
  proves: "whatever is in a CSV or JSON file is clients, or told of with its place in our words",
  prepare: async () => {
    const folder = scratch("import");
    const path = join(folder, "clients");
    return {
      property: fc.asyncProperty(content, async (bytes) => {
        writeFileSync(path, bytes);
        await onlyOurs(() => formatOf(path));
        await onlyOurs(async () => drain(await csvSource(path)));
        await onlyOurs(() => drain(jsonSource(path)));
      }) as never,
      dispose: async () => rmSync(folder, { recursive: true, force: true }),
    };
  },
};

async function drain(source: Source): Promise<void> {
  for await (const page of source.pages())
    for (const one of page) {
      if ("create" in one) {
        const { id = 7 } = one;
        promise(one.create(id).client_id === id, () => `${one.place} takes another id`);
        promise(Number.isSafeInteger(id) && id > 0, () => `${one.place} has an id that no client can have`);
      } else promise(one.place !== "", () => "nobody knows where it is");
    }
}
