/** Whoever reads our stdout has seen enough (`| head`). No error: the run ends, with exit code 0. */
export class PipeClosed extends Error {
  override readonly name = "PipeClosed";
}

/** The data could not be written: a full disk behind `> file`, for one. */
export class OutputFailed extends Error {
  override readonly name = "OutputFailed";
}

export function stdoutError(error: NodeJS.ErrnoException): PipeClosed | OutputFailed {
  if (error.code === "EPIPE") return new PipeClosed();
  return new OutputFailed(`cannot write to stdout: ${error.message}`, { cause: error });
}
