/**
 * Does to a value all that a careless caller could: empties maps and lists, overwrites every property, all the
 * way down. Answers how much of it could be changed.
 */
export function spoil(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const inside = value instanceof Map ? [...value.values()] : Object.values(value);
  const deeper = inside.reduce((sum: number, item) => sum + spoil(item), 0);
  if (value instanceof Map) {
    const { size } = value;
    value.clear();
    return deeper + size;
  }
  const changed = Object.keys(value).filter((key) => Reflect.set(value, key, "spoiled")).length;
  if (Array.isArray(value) && !Object.isFrozen(value)) value.length = 0;
  return deeper + changed;
}
