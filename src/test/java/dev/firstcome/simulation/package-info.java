/**
 * The shop under a simulated roof: its real classes and its real Lua, on simulated time, over
 * simulated stores, with everything going wrong that a seed can think of. One seed is one history,
 * the same each time; see {@code src/docs/guarantees.md}.
 */
@NullMarked
package dev.firstcome.simulation;

import org.jspecify.annotations.NullMarked;
