package dev.firstcome.dev;

import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.R2dbcTimeoutException;
import io.r2dbc.spi.Result;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/**
 * Puts the demo into a database that has no products: {@code db/seed/*.sql} in the order of their
 * names, all of it in one transaction or none.
 */
final class Seed {

  private static final Logger log = LoggerFactory.getLogger(Seed.class);

  private static final Duration LIMIT = Duration.ofMinutes(2);

  /** A first start compiles and warms all at once: a pool's first connection may take its time. */
  private static final Retry UNTIL_THERE_IS_A_CONNECTION =
      Retry.fixedDelay(20, Duration.ofMillis(500))
          .filter(failure -> failure instanceof R2dbcTimeoutException);

  /** Of two that start at once on one database, the second waits and finds the products. */
  private static final String ALONE =
      "set local statement_timeout = '60s'; set local lock_timeout = '60s';"
          + " select pg_advisory_xact_lock(hashtext('firstcome.seed'))";

  /** Plans from before there were rows would last until the first automatic analyze. */
  private static final String STATISTICS = "analyze";

  private final ConnectionFactory connections;
  private final List<Resource> files;

  Seed(ConnectionFactory connections, List<Resource> files) {
    this.connections = connections;
    this.files = files;
  }

  static Seed fromClassPath(ConnectionFactory connections) throws IOException {
    Resource[] files =
        new PathMatchingResourcePatternResolver().getResources("classpath*:db/seed/*.sql");
    return new Seed(
        connections,
        Arrays.stream(files)
            .sorted(Comparator.comparing(file -> Objects.requireNonNull(file.getFilename())))
            .toList());
  }

  /**
   * Returns when the demo is there.
   *
   * @return how many files were run
   */
  int sow() throws IOException {
    List<String> scripts = new ArrayList<>();
    for (Resource file : files) {
      scripts.add(file.getContentAsString(StandardCharsets.UTF_8));
    }
    Integer run =
        Mono.usingWhen(connection(), c -> sow(c, scripts), Connection::close).block(LIMIT);
    int count = run == null ? 0 : run;
    log.info("seed: {}", count == 0 ? "nothing to do" : count + " files");
    return count;
  }

  private Mono<Connection> connection() {
    return Mono.defer(() -> Mono.<Connection>from(connections.create()))
        .retryWhen(UNTIL_THERE_IS_A_CONNECTION);
  }

  private static Mono<Integer> sow(Connection connection, List<String> scripts) {
    Mono<Integer> work =
        run(connection, ALONE)
            .then(isEmpty(connection))
            .filter(empty -> empty)
            .flatMapMany(empty -> Flux.fromIterable(scripts))
            // A file at a time and whole: with the simple protocol PostgreSQL itself finds the
            // statements in it, also those with dollar quotes.
            .concatMap(script -> run(connection, script).thenReturn(script))
            .count()
            .map(Math::toIntExact)
            .flatMap(ran -> Mono.from(connection.commitTransaction()).thenReturn(ran))
            .flatMap(ran -> run(connection, STATISTICS).thenReturn(ran))
            .onErrorResume(
                failure ->
                    Mono.from(connection.rollbackTransaction()).then(Mono.error(() -> failure)));
    return Mono.from(connection.beginTransaction()).then(work);
  }

  private static Mono<Boolean> isEmpty(Connection connection) {
    return Flux.from(
            connection.createStatement("select not exists (select from products)").execute())
        .concatMap(result -> result.map((row, about) -> Boolean.TRUE.equals(row.get(0))))
        .next();
  }

  private static Mono<Void> run(Connection connection, String sql) {
    return Flux.from(connection.createStatement(sql).execute())
        .concatMap(Result::getRowsUpdated)
        .then();
  }
}
