/** The answer of `Backend.get` and `Backend.find`: what `read` has for each key. Without `undefined`, and without empty lists. */
export function foundIn<Key, Found>(
  keys: readonly Key[],
  read: (key: Key) => Found | undefined,
): ReadonlyMap<Key, Found> {
  const found = new Map<Key, Found>();
  for (const key of keys) {
    const answer = read(key);
    if (answer === undefined || (Array.isArray(answer) && answer.length === 0)) continue;
    found.set(key, answer);
  }
  return found;
}
