export interface StepResult {
  ok: boolean;
  /** Shown when the step failed. */
  output: string;
  /** A few words for the table. */
  note?: string;
}

export interface Step {
  name: string;
  run: () => Promise<StepResult>;
}

export interface FinishedStep extends StepResult {
  name: string;
  seconds: number;
}

export async function finish(step: Step): Promise<FinishedStep> {
  const started = performance.now();
  const result = await step.run();
  const seconds = (performance.now() - started) / 1000;
  if (!result.ok && result.output !== "") console.log(`\n--- ${step.name} ---\n${result.output.trimEnd()}`);
  return { ...result, name: step.name, seconds };
}

/** Steps that read the same files without writing any, so many at once. */
export async function finishAll(steps: Step[], atOnce: number): Promise<FinishedStep[]> {
  const waiting = steps.entries();
  const finished: FinishedStep[] = [];
  const worker = async () => {
    for (const [index, step] of waiting) finished[index] = await finish(step);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return finished;
}
