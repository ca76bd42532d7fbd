package dev.firstcome.faults;

import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** What can happen to the shop. */
enum Kind {
  KILL_INSTANCE("instance killed (`kill -9`) and started again", Target.INSTANCE, 0),
  STOP_INSTANCE("instance stopped (`TERM`) and started again", Target.INSTANCE, 0),
  FREEZE_INSTANCE("instance frozen (`SIGSTOP`)", Target.INSTANCE, 4000),
  KILL_POSTGRES("PostgreSQL and its children killed (`kill -9`)", Target.POSTGRES, 2000),
  QUIT_POSTGRES("PostgreSQL shut down immediately (`QUIT`)", Target.POSTGRES, 2000),
  FREEZE_POSTGRES("PostgreSQL frozen (`SIGSTOP`)", Target.POSTGRES, 4000),
  SLOW_POSTGRES("wire to PostgreSQL slow, 50 to 500 ms", Target.POSTGRES, 4000),
  TEAR_POSTGRES("wire to PostgreSQL resets connections", Target.POSTGRES, 4000),
  SILENCE_POSTGRES("wire to PostgreSQL silent, no reset", Target.POSTGRES, 4000),
  KILL_REDIS("Redis killed, back empty", Target.REDIS, 3000),
  OLD_REDIS("Redis killed, back with an old snapshot", Target.REDIS, 2000),
  FLUSH_REDIS("Redis flushed", Target.REDIS, 1),
  FREEZE_REDIS("Redis frozen (`SIGSTOP`)", Target.REDIS, 4000),
  SLOW_REDIS("wire to Redis slow, 50 to 500 ms", Target.REDIS, 4000),
  TEAR_REDIS("wire to Redis resets connections", Target.REDIS, 4000),
  SILENCE_REDIS("wire to Redis silent, no reset", Target.REDIS, 4000),
  FULL_REDIS("Redis full (`maxmemory`, `noeviction`)", Target.REDIS, 4000),
  HOLD_ROW("a psql holds one product's stock row", Target.SESSION, 40_000),
  OPEN_SNAPSHOT("a snapshot stays open in PostgreSQL", Target.SESSION, 10_000),
  CLOCK_AHEAD("an instance's clock jumps an hour ahead, and back", Target.CLOCK, 6000),
  SLOW_BODIES("an attacker with 700 bodies that trickle", Target.ATTACKER, 8000),
  UNKNOWN_PRODUCTS("an attacker orders what there is not", Target.ATTACKER, 6000),
  KILL_PRIMARY("a primary killed (`kill -9`), its replica takes over", Target.NODES, 8000),
  MOVE_SLOTS("slots moved to another primary (`redis-cli --cluster reshard`)", Target.NODES, 0),
  EMPTY_PRIMARY("a primary killed and back at once, empty", Target.NODES, 0),
  FREEZE_PRIMARY("a primary frozen (`SIGSTOP`), back as a replica", Target.NODES, 8000);

  enum Target {
    INSTANCE,
    POSTGRES,
    /** The one Redis, or the wire to it. */
    REDIS,
    /** A stranger's session at PostgreSQL. */
    SESSION,
    /** An instance's wall clock. */
    CLOCK,
    ATTACKER,
    /** A server of a cluster, or of those that Sentinel watches. */
    NODES
  }

  private final String label;
  private final Target target;
  private final int longestMillis;

  Kind(String label, Target target, int longestMillis) {
    this.label = label;
    this.target = target;
    this.longestMillis = longestMillis;
  }

  /** Those that can happen to one of these. */
  static List<Kind> of(Set<Target> targets) {
    return Arrays.stream(values()).filter(kind -> targets.contains(kind.target)).toList();
  }

  /** For people. */
  String label() {
    return label;
  }

  Target target() {
    return target;
  }

  /** The longest time between its beginning and its end; 0 for what ends at once. */
  int longestMillis() {
    return longestMillis;
  }
}
