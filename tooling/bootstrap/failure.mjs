// @ts-check

/** A failure whose message is all that the reader needs: printed without a stack. */
export class BootstrapFailure extends Error {}
