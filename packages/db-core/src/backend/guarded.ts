/**
 * The listener, but what it throws stops nobody: not the write that it hears of, and not the other listeners.
 * It shows as a process warning, by its class alone: its message could quote what it was told.
 */
export function guarded<Arguments extends readonly unknown[]>(
  what: string,
  listener: (...told: Arguments) => void,
): (...told: Arguments) => void {
  return (...told) => {
    try {
      listener(...told);
    } catch (error) {
      process.emitWarning(
        `${what} threw ${error instanceof Error ? error.name : typeof error}`,
        "HiveMindDbWarning",
      );
    }
  };
}
