package dev.firstcome.dev;

import static dev.firstcome.harness.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactories;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.ConnectionFactoryOptions;
import io.r2dbc.spi.Result;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.Resource;
import org.springframework.mock.env.MockEnvironment;
import reactor.core.publisher.Flux;

class SeedIT {

  private @Nullable ConnectionFactory made;

  @BeforeEach
  void makeADatabaseOfItsOwn() {
    Map<String, Object> servers = Servers.forTests(new MockEnvironment());
    String name = "seed_" + UUID.randomUUID().toString().replace("-", "");
    execute(connections(servers, "firstcome"), "create database " + name);
    made = connections(servers, name);
    execute(database(), "create table products (id bigint primary key)");
  }

  @Test
  void runsTheFilesInOrderAndFunctionsInDollarQuotesToo() throws IOException {
    Seed seed =
        seed(
            "insert into products select generate_series(1, 10); select 1;",
            "do $$ begin delete from products where id > 7; end $$;");
    assertThat(seed.sow()).isEqualTo(2);
    assertThat(products()).isEqualTo(7);
  }

  @Test
  void leavesADatabaseAloneThatHasProducts() throws IOException {
    execute(database(), "insert into products values (42)");
    assertThat(seed("insert into products values (1)").sow()).isZero();
    assertThat(products()).isEqualTo(1);
  }

  @Test
  void leavesNothingWhenAFileFails() throws IOException {
    assertThatThrownBy(
            seed("insert into products values (1)", "insert into nowhere values (1)")::sow)
        .hasMessageContaining("nowhere");
    assertThat(products()).isZero();
    assertThat(seed("insert into products values (1)").sow()).isEqualTo(1);
  }

  private ConnectionFactory database() {
    return Objects.requireNonNull(made);
  }

  private Seed seed(String... scripts) {
    List<Resource> files =
        Arrays.stream(scripts)
            .<Resource>map(s -> new ByteArrayResource(s.getBytes(StandardCharsets.UTF_8)))
            .toList();
    return new Seed(database(), files);
  }

  private static ConnectionFactory connections(Map<String, Object> servers, String name) {
    String url = String.valueOf(servers.get("spring.r2dbc.url"));
    return ConnectionFactories.get(
        ConnectionFactoryOptions.parse(url)
            .mutate()
            .option(
                ConnectionFactoryOptions.USER, String.valueOf(servers.get("spring.r2dbc.username")))
            .option(
                ConnectionFactoryOptions.PASSWORD,
                String.valueOf(servers.get("spring.r2dbc.password")))
            .option(ConnectionFactoryOptions.DATABASE, name)
            .build());
  }

  private static void execute(ConnectionFactory connections, String sql) {
    Flux.usingWhen(
            connections.create(),
            c -> Flux.from(c.createStatement(sql).execute()).concatMap(Result::getRowsUpdated),
            Connection::close)
        .blockLast(SOON);
  }

  private long products() {
    Long count =
        Flux.usingWhen(
                database().create(),
                c ->
                    Flux.from(c.createStatement("select count(*) from products").execute())
                        .concatMap(result -> result.map((row, about) -> row.get(0, Long.class))),
                Connection::close)
            .blockLast(SOON);
    return count == null ? -1 : count;
  }
}
