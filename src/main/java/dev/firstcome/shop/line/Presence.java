package dev.firstcome.shop.line;

import static dev.firstcome.infra.postgres.Columns.texts;

import dev.firstcome.infra.postgres.Database;
import dev.firstcome.shop.line.Ticket.Key;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Who was heard of by this instance and is not written down yet. What is lost with the instance is
 * made up for by the next poll, of which there are three before anybody counts as absent.
 */
@Component
class Presence {

  /** Users between two writings; of more the next poll is heard. */
  private static final int MOST = 50_000;

  private static final int BATCH = 1_000;

  // Of what somebody has locked another poll is heard.
  private static final String HEAR =
      """
      UPDATE tickets SET heard_at = statement_timestamp(),
        passed_at = CASE WHEN passed_at <= statement_timestamp() - $3 * interval '1 second'
          THEN passed_at END
      WHERE drop_id = $1 AND user_id = ANY(ARRAY(
        SELECT t.user_id FROM tickets t
        WHERE t.drop_id = $1 AND t.user_id = ANY($2) AND t.status = 'WAITING'
        ORDER BY t.user_id FOR NO KEY UPDATE SKIP LOCKED))
      """;

  private final Database database;
  private final Counter unheard;
  private final Set<Key> heard = ConcurrentHashMap.newKeySet();

  Presence(Database database, MeterRegistry meters) {
    this.database = database;
    this.unheard = LineMover.counter(meters, "unheard");
  }

  void heard(Key key) {
    if (heard.size() < MOST) {
      heard.add(key);
    } else {
      unheard.increment();
    }
  }

  /** Writes some down; emits whether there are more. */
  Mono<Boolean> tell() {
    List<Key> some = some();
    Map<Long, List<Key>> byDrop = some.stream().collect(Collectors.groupingBy(Key::dropId));
    return Flux.fromIterable(byDrop.entrySet())
        .concatMap(of -> hear(of.getKey(), of.getValue()))
        .then(Mono.just(some.size() == BATCH));
  }

  private Mono<Long> hear(long dropId, List<Key> keys) {
    return database.update(HEAR, dropId, texts(keys, Key::userId), Ticket.GRACE.toSeconds());
  }

  private List<Key> some() {
    List<Key> some = new ArrayList<>();
    for (Iterator<Key> all = heard.iterator(); all.hasNext() && some.size() < BATCH; ) {
      some.add(all.next());
      all.remove();
    }
    return some;
  }
}
