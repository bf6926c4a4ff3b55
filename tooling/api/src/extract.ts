import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CompilerState, Extractor, ExtractorConfig, ExtractorLogLevel } from "@microsoft/api-extractor";
import type { Entry } from "./entries.ts";

const NONE = { logLevel: ExtractorLogLevel.None };
const IN_REPORT = { logLevel: ExtractorLogLevel.None, addToApiReportFile: true };

/**
 * The reports of one package's entry points, in their order. They share one compiler, which is most of the cost.
 *
 * @throws Error where a declaration cannot be understood
 */
export function extractReports(entries: readonly Entry[], scratch: string): string[] {
  const [first, ...others] = entries;
  if (first === undefined) return [];
  const state = CompilerState.create(configFor(first, scratch), {
    additionalEntryPoints: others.map(({ declarations }) => declarations),
  });
  return entries.map((entry) => {
    const errors: string[] = [];
    Extractor.invoke(configFor(entry, scratch), {
      compilerState: state,
      messageCallback: (message) => {
        if (message.logLevel === ExtractorLogLevel.Error) errors.push(message.formatMessageWithLocation(""));
        message.handled = true;
      },
    });
    if (errors.length > 0) throw new Error(errors.join("\n"));
    return readFileSync(join(scratch, entry.report), "utf8");
  });
}

function configFor({ packageFolder, declarations, report }: Entry, scratch: string): ExtractorConfig {
  return ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: join(packageFolder, "package.json"),
    configObject: {
      projectFolder: packageFolder,
      mainEntryPointFilePath: declarations,
      newlineKind: "lf",
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            target: "es2023",
            lib: ["es2024", "esnext.disposable"],
            module: "nodenext",
            moduleResolution: "nodenext",
            strict: true,
            skipLibCheck: true,
            types: ["node"],
          },
          files: [declarations],
        },
      },
      apiReport: {
        enabled: true,
        reportFileName: report,
        // Only the scratch copy is written: whether and where it goes is for the caller to say.
        reportFolder: join(packageFolder, "api"),
        reportTempFolder: scratch,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
        extractorMessageReporting: { default: NONE, "ae-forgotten-export": IN_REPORT },
        tsdocMessageReporting: { default: NONE },
      },
    },
  });
}
