package dev.firstcome.dev;

import static dev.firstcome.harness.Patience.SOON;
import static java.util.Objects.requireNonNull;

import dev.firstcome.infra.postgres.Database;
import dev.firstcome.infra.postgres.DatabaseParts;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactory;
import org.springframework.r2dbc.connection.SingleConnectionFactory;
import reactor.core.publisher.Mono;

/** A snapshot that stays open, as pg_dump holds one, and what looks cost meanwhile. */
public final class OldSnapshot implements AutoCloseable {

  private final Connection dump;
  private final SingleConnectionFactory own;

  /** One session for all looks: only it knows at once how many blocks they read. */
  public final Database database;

  public OldSnapshot(ConnectionFactory connections) {
    dump = requireNonNull(Mono.from(connections.create()).block(SOON));
    Connection one = requireNonNull(Mono.from(connections.create()).block(SOON));
    own = new SingleConnectionFactory(one, connections.getMetadata(), true);
    database = DatabaseParts.database(own);
  }

  public void open(String table) {
    run("BEGIN ISOLATION LEVEL REPEATABLE READ");
    run("SELECT count(*) FROM " + table);
  }

  public void end() {
    run("COMMIT");
  }

  private void run(String statement) {
    Mono.from(dump.createStatement(statement).execute())
        .flatMap(result -> Mono.from(result.getRowsUpdated()))
        .block(SOON);
  }

  /** Blocks of the table that this session has read so far. */
  public long blocks(String table) {
    database.list("SELECT pg_stat_force_next_flush()::text", row -> true).block(SOON);
    database.list("SELECT 1", row -> true).block(SOON);
    return requireNonNull(
            database
                .list(
                    """
                    SELECT heap_blks_hit + heap_blks_read FROM pg_statio_user_tables
                    WHERE relname = $1
                    """,
                    row -> requireNonNull(row.get(0, Long.class)),
                    table)
                .block(SOON))
        .get(0);
  }

  @Override
  public void close() {
    // Or whoever is given the pooled connection next sees what was there at that time.
    end();
    Mono.from(dump.close()).block(SOON);
    own.destroy();
  }
}
