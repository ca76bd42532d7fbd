package dev.firstcome.simulation;

/**
 * What may go wrong in one history, and how often. Drawn from the seed, most of it switched off in
 * most histories: where everything fails nothing gets far enough to be wrong.
 */
final class Faults {

  private final World world;
  final double redisLost;
  final double redisTwice;
  final double postgresLost;
  final double stall;
  final double crash;
  final boolean redisAway;
  final boolean redisFlushed;
  final boolean redisRestored;
  final boolean postgresAway;

  /** How many rows are locked by somebody who is not the shop. */
  final int strangers;

  /** Whether nothing else goes wrong. */
  final boolean onlyStrangers;

  private final boolean redisSteady;
  private boolean healed;

  /** What the network does to one call. */
  enum Fate {
    WELL,
    LOST_BEFORE,
    LOST_AFTER,
    TWICE
  }

  private Faults(World world, double redis, double others) {
    this(world, redis, others, 0);
  }

  private Faults(World world, double redis, double others, double leastStall) {
    this.world = world;
    redisSteady = redis == 0;
    redisLost = some(0.4 * redis, 0.15);
    redisTwice = some(0.2 * redis, 0.1);
    postgresLost = some(0.5 * others, 0.06);
    stall = Math.max(leastStall, some(0.3 * others, 0.03));
    crash = some(0.4 * others, 3);
    redisAway = world.chance(0.25 * redis);
    redisFlushed = world.chance(0.2 * redis);
    redisRestored = world.chance(0.15 * redis);
    postgresAway = world.chance(0.2 * others);
    onlyStrangers = redis == 0 && others == 0 && leastStall == 0;
    strangers = onlyStrangers ? 1 + world.pick(3) : world.chance(0.3) ? 1 + world.pick(2) : 0;
  }

  static Faults any(World world) {
    return world.chance(0.1) ? none(world) : new Faults(world, 1, 1);
  }

  /** Redis stays up, hears everything that is sent, and remembers. */
  static Faults withoutRedis(World world) {
    return new Faults(world, 0, 1);
  }

  /** Some calls take very long; nothing else is wrong. */
  static Faults stalling(World world) {
    return new Faults(world, 0, 0, 0.03);
  }

  static Faults none(World world) {
    return new Faults(world, 0, 0);
  }

  private double some(double probability, double most) {
    return world.chance(probability) ? world.fraction() * most : 0;
  }

  /** Whether nothing more fails, from now on. */
  void heal(boolean now) {
    healed = now;
  }

  Fate redis() {
    if (healed) {
      return Fate.WELL;
    }
    if (world.chance(redisLost)) {
      return world.chance(0.5) ? Fate.LOST_BEFORE : Fate.LOST_AFTER;
    }
    return world.chance(redisTwice) ? Fate.TWICE : Fate.WELL;
  }

  Fate postgres() {
    if (healed || !world.chance(postgresLost)) {
      return Fate.WELL;
    }
    return world.chance(0.5) ? Fate.LOST_BEFORE : Fate.LOST_AFTER;
  }

  /** As {@link #latency}; never longer than Redis's time limit where Redis fails nowhere. */
  long redisLatency() {
    return redisSteady ? world.between(50, 2000) : latency();
  }

  /** In microseconds, one way: mostly a moment, now and then longer than every deadline. */
  long latency() {
    if (!healed && world.chance(stall)) {
      return world.between(100_000, 12_000_000);
    }
    return world.between(50, 2000);
  }
}
