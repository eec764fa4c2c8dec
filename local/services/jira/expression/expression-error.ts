/** Thrown and caught inside the evaluator only: outside, an error is a value. */
export class ExpressionError extends Error {}
