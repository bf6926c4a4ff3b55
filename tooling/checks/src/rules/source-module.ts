import { parseSync } from "oxc-parser";

interface ModuleImport {
  specifier: string;
  /** Gone after compilation. */
  typeOnly: boolean;
}

export interface SourceModule {
  /** From the root, such as `packages/db-core/src/index.ts`. */
  path: string;
  /** The folder under packages/, such as `db-core`. */
  packageFolder: string;
  imports: ModuleImport[];
  /** True where the file only passes on what other files export. */
  onlyReExports: boolean;
}

export function parseModule(path: string, text: string): SourceModule {
  const { module, program } = parseSync(path, text);
  const imports: ModuleImport[] = [];
  for (const { moduleRequest, entries } of module.staticImports) {
    const typeOnly = entries.length > 0 && entries.every(({ isType }) => isType);
    imports.push({ specifier: moduleRequest.value, typeOnly });
  }
  for (const { entries } of module.staticExports) {
    for (const { moduleRequest, isType } of entries) {
      if (moduleRequest !== null) imports.push({ specifier: moduleRequest.value, typeOnly: isType });
    }
  }
  for (const { moduleRequest } of module.dynamicImports) {
    const literal = /^(["'])(.*)\1$/.exec(text.slice(moduleRequest.start, moduleRequest.end));
    if (literal?.[2] !== undefined) imports.push({ specifier: literal[2], typeOnly: false });
  }
  const onlyReExports = program.body.every(
    (statement) =>
      statement.type === "ExportAllDeclaration" ||
      (statement.type === "ExportNamedDeclaration" && statement.source !== null),
  );
  return { path, packageFolder: path.split("/")[1] ?? "", imports, onlyReExports };
}
