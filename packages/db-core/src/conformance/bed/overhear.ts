import { inspect } from "node:util";

const CONSOLE = ["log", "info", "warn", "error", "debug", "trace"] as const;
const PLACES: readonly (readonly [target: object, method: string])[] = [
  [process.stdout, "write"],
  [process.stderr, "write"],
  ...CONSOLE.map((method) => [console, method] as const),
];

/** All that is written to the console, to the output of the process, or said in a warning, during a call. */
export async function overhear(call: () => Promise<void>): Promise<string> {
  const heard: string[] = [];
  const originals = PLACES.map(
    ([target, method]) => Reflect.get(target, method) as (...args: unknown[]) => unknown,
  );
  const onWarning = (warning: Error): void => void heard.push(inspect(warning));
  process.on("warning", onWarning);
  for (const [i, [target, method]] of PLACES.entries()) {
    Reflect.set(target, method, (...args: unknown[]) => {
      heard.push(...args.map((arg) => (typeof arg === "string" ? arg : inspect(arg, { depth: Infinity }))));
      return originals[i]?.apply(target, args);
    });
  }
  try {
    await call();
  } finally {
    for (const [i, [target, method]] of PLACES.entries()) Reflect.set(target, method, originals[i]);
    process.off("warning", onWarning);
  }
  return heard.join("\n");
}
