/** Thrown and caught inside the compiler only: outside, an error is a value. */
export class CompileError extends Error {}
