package dev.firstcome.shop.line;

import dev.firstcome.infra.postgres.Session;
import dev.firstcome.shop.line.Ticket.Key;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** What an order asks of the line. */
@Component
public class Admissions {

  private final TicketSql sql;

  Admissions(TicketSql sql) {
    this.sql = sql;
  }

  /** A user who wants to order in a drop with a line. */
  public record Buyer(String userId, long dropId) {

    Key key() {
      return new Key(dropId, userId);
    }
  }

  /** Whose turn it is at this moment. Nothing is granted by it. */
  public Mono<Turns> look(Collection<Buyer> buyers) {
    return sql.look(keys(buyers)).map(Turns::new);
  }

  /**
   * Inside an order's transaction, which holds the stock: locks the buyers' tickets, so that no
   * admission ends or is given up until the commit. Without any it asks nothing.
   */
  public Mono<Turns> lock(Session session, Collection<Buyer> buyers) {
    if (buyers.isEmpty()) {
      return Mono.just(Turns.NONE);
    }
    List<Key> keys = keys(buyers);
    return sql.lock(session, keys).then(Mono.defer(() -> sql.look(session, keys))).map(Turns::new);
  }

  /** Those whose tickets somebody else has locked at this moment. */
  public Mono<Set<Buyer>> held(Collection<Buyer> buyers) {
    return buyers.isEmpty() ? Mono.just(Set.of()) : sql.held(keys(buyers)).map(Admissions::buyers);
  }

  private static Set<Buyer> buyers(List<Key> keys) {
    return keys.stream()
        .map(key -> new Buyer(key.userId(), key.dropId()))
        .collect(Collectors.toSet());
  }

  /** Inside the same transaction: what is used up is no open admission any more. */
  public Mono<Void> useUp(Session session, List<Exhausted> some) {
    return some.isEmpty() ? Mono.empty() : sql.useUp(session, some).then();
  }

  private static List<Key> keys(Collection<Buyer> buyers) {
    return buyers.stream().map(Buyer::key).distinct().toList();
  }
}
