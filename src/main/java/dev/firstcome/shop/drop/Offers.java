package dev.firstcome.shop.drop;

import dev.firstcome.infra.postgres.Session;
import java.util.Collection;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** On what terms products are sold: the verb of an order's own transaction. */
@Component
public class Offers {

  private final DropSql sql;

  Offers(DropSql sql) {
    this.sql = sql;
  }

  /**
   * Reads the terms of these products. The caller holds the locks of their stock, which every
   * change of the terms takes first; so they stay as they are until the caller's commit.
   *
   * @return by product id; one that is missing does not exist
   */
  public Mono<Map<Long, Offer>> read(Session session, Collection<Long> productIds) {
    return sql.offers(session, productIds)
        .map(offers -> offers.stream().collect(Collectors.toMap(Offer::productId, o -> o)));
  }
}
