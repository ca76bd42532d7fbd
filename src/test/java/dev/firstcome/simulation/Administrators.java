package dev.firstcome.simulation;

import static dev.firstcome.simulation.History.RUSH;
import static dev.firstcome.simulation.History.SECOND;

import dev.firstcome.shop.drop.Drop;
import dev.firstcome.shop.drop.DropParts;
import dev.firstcome.shop.drop.DropParts.Change;
import dev.firstcome.simulation.PostgresServer.Key;
import dev.firstcome.simulation.PostgresServer.Tx;
import dev.firstcome.simulation.Request.Heard;
import dev.firstcome.simulation.Request.Kind;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** They have made drops, change them while everybody orders, and leave them open in the end. */
final class Administrators {

  private final World world;
  private final PostgresServer postgres;

  /** None in most histories: a product that no drop binds is ordered more. */
  private final int drops;

  private int changes;

  Administrators(World world, Variant variant, PostgresServer postgres) {
    this.world = world;
    this.postgres = postgres;
    drops = variant.has(Strain.DROPS) && world.chance(0.35) ? 1 + world.pick(2) : 0;
  }

  /** The drop that binds a product; null: none. */
  @Nullable Long drop() {
    return drops > 0 && world.chance(0.7) ? Long.valueOf(world.between(1, drops)) : null;
  }

  void fill(Tx tx) {
    for (long id = 1; id <= drops; id++) {
      Instant opens = in(world.between(-2 * SECOND, 8 * SECOND));
      Instant closes = world.chance(0.4) ? in(world.between(9 * SECOND, RUSH)) : null;
      postgres.drops.put(tx, id, new Drop(id, "drop", opens, closes, limit(), false, null));
      postgres.dropVersions.put(tx, id, 1L);
    }
  }

  private @Nullable Long limit() {
    return world.chance(0.5) ? Long.valueOf(world.between(1, 4)) : null;
  }

  /** A while from now, by the clock that decides. */
  private Instant in(long micros) {
    return postgres.instant().plusNanos(micros * 1000);
  }

  /**
   * @param send given each change when its time has come
   */
  void plan(Consumer<Request> send) {
    for (long id = 1; id <= drops; id++) {
      long drop = id;
      for (long i = world.between(1, 6); i > 0; i--) {
        world.after(world.between(0, RUSH), null, () -> send.accept(request(drop, change())));
      }
    }
  }

  private Change change() {
    return switch (world.pick(8)) {
      case 0, 1 -> Change.paused(true);
      case 2, 3 -> Change.paused(false);
      case 4 -> Change.closes(world.chance(0.5) ? null : in(world.between(0, 5 * SECOND)));
      case 5 -> Change.opens(in(world.between(-SECOND, 3 * SECOND)));
      default -> Change.limited(limit());
    };
  }

  /** Everything that was shut can be had from now on. */
  List<Request> open() {
    return postgres.drops.rows().keySet().stream()
        .map(drop -> request((Long) drop, Change.open()))
        .toList();
  }

  private Set<Key> touched(Long drop) {
    Set<Key> touched = new HashSet<>(Set.of(postgres.drops.key(drop)));
    postgres
        .products
        .rows()
        .forEach(
            (id, product) -> {
              if (drop.equals(product.dropId())) {
                touched.add(postgres.stock.key(id));
              }
            });
    return touched;
  }

  private Request request(long drop, Change change) {
    String name = "change" + ++changes;
    return new Request(
        Kind.CHANGE,
        "admin",
        name,
        DropParts.idOf(drop, name),
        null,
        touched(drop),
        (shop, key) ->
            shop.drops
                .change(drop, key, change)
                .map(reply -> new Heard(reply.body(), reply.replayed(), null)));
  }
}
