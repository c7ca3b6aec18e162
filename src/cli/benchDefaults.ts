/** What all of `alexnet bench` has in common. */

/** Steps that are taken before the timed ones. */
export const warmUpSteps = 2;
/** Classes that the networks tell apart. */
export const benchClasses = 10;
