package dev.firstcome.simulation;

/** What histories have in them beside broken calls, dead processes and stores that go away. */
enum Strain {
  /** Each instance has no more connections than it must have to start. */
  POOL,

  /** Redis, PostgreSQL and each instance have clocks of their own, and those of instances jump. */
  CLOCKS,

  /** Somebody else holds a row's lock for up to a minute. */
  STRANGERS,

  /** Stock and balances are near the limits of the schema. */
  BRIM,

  /** Some products belong to drops, and administrators change these in the middle. */
  DROPS,

  /** Whoever hears a final "no" must have heard the truth. */
  FINAL_NO,

  /** Nobody is shown a status that is not decided. */
  STATUS,

  /** Whatever a request has put into Redis is gone when nobody needs it any more. */
  KEYS_END,

  /** No batch meets what its lane takes for a defect. */
  DEFECTS
}
