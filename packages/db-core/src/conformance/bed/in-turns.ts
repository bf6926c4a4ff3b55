/** Calls at once, which take turns on the handles. */
export function inTurns<Handle, Result>(
  handles: readonly Handle[],
  times: number,
  call: (handle: Handle, i: number) => Promise<Result>,
): Promise<Result>[] {
  return Array.from({ length: times }, (_, i) => call(handles[i % handles.length] as Handle, i));
}
