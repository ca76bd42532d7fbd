package dev.firstcome.shop.stock;

import dev.firstcome.engine.gate.DriftPage;
import dev.firstcome.engine.gate.DriftPage.Compared;
import dev.firstcome.engine.gate.Gate;
import dev.firstcome.shop.stock.StockScripts.Begun;
import dev.firstcome.shop.stock.StockScripts.Level;
import dev.firstcome.shop.stock.StockSql.Snapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Holds the gate against the database: exact or silent.
 *
 * <p>Each product to be compared gets a token, the database is read in one snapshot, and only what
 * still has its token then is compared. Whatever moves a product at the gate takes its token away,
 * so there is one state of the gate that was true before, during and after the snapshot.
 */
@Component
public class StockComparison implements Gate<Partition, UUID> {

  /** Where HSCAN begins, and what it says at its end. */
  private static final String FIRST = "0";

  private final int partitions;
  private final StockScripts scripts;
  private final StockSql repository;

  StockComparison(StockSettings settings, StockScripts scripts, StockSql repository) {
    this.partitions = settings.partitions();
    this.scripts = scripts;
    this.repository = repository;
  }

  @Override
  public String name() {
    return "stock";
  }

  @Override
  public List<Partition> parts() {
    return Partition.all(partitions);
  }

  @Override
  public Mono<List<UUID>> left(Partition partition, Duration patience, int limit) {
    return scripts.left(partition, patience, limit);
  }

  @Override
  public Mono<Set<UUID>> committed(Partition partition, List<UUID> held) {
    return repository.snapshot(List.of(), held).map(Snapshot::orders);
  }

  @Override
  public Mono<Void> settle(Partition partition, List<UUID> committed, List<UUID> released) {
    return scripts.settle(partition, committed, released, List.of());
  }

  /**
   * Compares some of the loaded products. One that the gate gives out too generously is corrected
   * at once; one that it gives out too strictly as far as is known to have lasted.
   *
   * @param from {@link DriftPage#START}, or where the look before this one ended
   * @param limit how many products, about
   * @param lasting by product, the part of a difference that is no order in flight
   */
  @Override
  public Mono<DriftPage> look(String from, int limit, Map<Long, Long> lasting) {
    String token = UUID.randomUUID().toString();
    Place place = Place.parse(from, partitions);
    return scripts
        .beginCompare(place.partition, token, place.cursor, limit)
        .flatMap(
            begun ->
                begun.products().isEmpty()
                    ? Mono.just(new DriftPage(place.next(begun), List.of(), 0))
                    : repository
                        .snapshot(begun.products(), begun.held())
                        .flatMap(snapshot -> compare(place, token, begun, snapshot, lasting)));
  }

  /** Where a look begins: at a cursor of a partition, written {@code partition cursor}. */
  private record Place(Partition partition, String cursor) {

    static Place parse(String from, int partitions) {
      String[] parts = from.equals(DriftPage.START) ? new String[] {"0", FIRST} : from.split(" ");
      return new Place(new Partition(Integer.parseInt(parts[0]), partitions), parts[1]);
    }

    String next(Begun begun) {
      boolean over = begun.next().equals(FIRST);
      int number = partition.number() + (over ? 1 : 0);
      return number == partition.of() ? DriftPage.START : number + " " + begun.next();
    }
  }

  private Mono<DriftPage> compare(
      Place place, String token, Begun begun, Snapshot snapshot, Map<Long, Long> lasting) {
    // One that the database does not know nobody can order.
    List<Level> levels =
        snapshot.units().entrySet().stream()
            .map(e -> new Level(e.getKey(), e.getValue(), raise(lasting, e.getKey())))
            .toList();
    return scripts
        .compare(place.partition, token, levels, begun.held(), snapshot.without(begun.held()))
        .map(words -> look(place.next(begun), levels, words));
  }

  private static long raise(Map<Long, Long> lasting, long product) {
    return Math.max(0, -lasting.getOrDefault(product, 0L));
  }

  private static DriftPage look(String next, List<Level> levels, List<String> words) {
    List<Compared> compared = new ArrayList<>(levels.size());
    for (int i = 0; i < levels.size(); i++) {
      String[] parts = words.get(i).split(" ");
      if (parts.length == 2) {
        Level level = levels.get(i);
        long gate = Long.parseLong(parts[1]);
        boolean repaired = Outcome.valueOf(parts[0]) == Outcome.REPAIRED;
        compared.add(new Compared(level.product(), gate, level.units(), repaired));
      }
    }
    return new DriftPage(next, compared, levels.size() - compared.size());
  }

  private enum Outcome {
    COMPARED,
    REPAIRED
  }
}
