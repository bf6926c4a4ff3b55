import { inspect } from "node:util";

/**
 * Freezes the object and decides what a log gets to see of it: `console.log` and `JSON.stringify` take what
 * `show` answers. Its properties stay as they are.
 */
export function hideSecrets<T extends object>(value: T, show: (value: T) => object): T {
  const method = { value: () => show({ ...value }) };
  return Object.freeze(Object.defineProperties(value, { [inspect.custom]: method, toJSON: method }));
}
