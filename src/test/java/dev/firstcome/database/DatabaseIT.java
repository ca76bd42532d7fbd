package dev.firstcome.database;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firstcome.dev.ShopTest;
import io.r2dbc.spi.R2dbcDataIntegrityViolationException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

@ShopTest
class DatabaseIT {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String TRANSACTION = "SELECT pg_current_xact_id()::text FROM pg_sleep(0.01)";

  @Autowired Database database;

  @Test
  void givesEachTransactionAConnectionOfItsOwn() {
    List<List<String>> seen =
        requireNonNull(
            Flux.range(0, 100)
                .flatMap(i -> database.transaction(DatabaseIT::lookTwice), 100)
                .collectList()
                .block(PATIENCE));
    assertThat(seen).allSatisfy(twice -> assertThat(twice.get(0)).isEqualTo(twice.get(1)));
    assertThat(seen).extracting(twice -> twice.get(0)).doesNotHaveDuplicates();
  }

  @Test
  void leavesNothingOfATransactionThatFails() {
    String user = "database-" + UUID.randomUUID();
    String insert = "INSERT INTO point_balances (user_id, balance) VALUES ($1, 0)";
    Mono<Long> twice =
        database.transaction(
            session -> session.update(insert, user).then(session.update(insert, user)));
    assertThatThrownBy(() -> twice.block(PATIENCE))
        .isInstanceOf(R2dbcDataIntegrityViolationException.class);
    assertThat(
            database
                .list("SELECT 1 FROM point_balances WHERE user_id = $1", row -> 1, user)
                .block(PATIENCE))
        .isEmpty();
  }

  private static Mono<List<String>> lookTwice(Session session) {
    return look(session).zipWhen(first -> look(session), List::of);
  }

  private static Mono<String> look(Session session) {
    return session.list(TRANSACTION, row -> row.get(0, String.class)).map(rows -> rows.get(0));
  }
}
