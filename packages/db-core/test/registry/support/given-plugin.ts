import type { BackendPlugin } from "../../../src/backend/contract.ts";
import type { OptionsSchema } from "../../../src/backend/options.ts";
import { DbError } from "../../../src/errors.ts";

export interface GivenPlugin {
  readonly validate?: OptionsSchema<unknown>["~standard"]["validate"];
  /** What the schema says of itself, or how it fails to. */
  readonly jsonSchema?: object | (() => object);
  readonly secretOptions?: readonly string[];
  /** Absent: the plugin has no `hasStore`. */
  readonly hasStore?: (options: unknown) => Promise<boolean>;
}

/** A plugin to be configured, not opened. */
export function givenPlugin(
  name: string,
  { validate, jsonSchema, secretOptions, hasStore }: GivenPlugin = {},
): BackendPlugin {
  const standard = {
    version: 1 as const,
    vendor: "test",
    validate: validate ?? ((value: unknown) => ({ value })),
    ...(jsonSchema === undefined ? {} : { jsonSchema: { input: () => jsonSchemaOf(jsonSchema) } }),
  };
  return {
    apiVersion: 1,
    name,
    capabilities: { encryption: false, multiNode: false, durability: false, backup: false },
    options: { "~standard": standard },
    secretOptions: secretOptions ?? ["password"],
    open: async () => {
      throw new DbError("unsupported", "only to be configured");
    },
    ...(hasStore === undefined ? {} : { hasStore }),
  };
}

function jsonSchemaOf(jsonSchema: object | (() => object)): object {
  return typeof jsonSchema === "function" ? (jsonSchema as () => object)() : jsonSchema;
}
