package dev.firstcome.infra.postgres;

import io.r2dbc.spi.Readable;
import java.util.List;
import java.util.function.Function;
import reactor.core.publisher.Mono;

/** Where rows can be read: in a transaction, or by a statement of its own. */
public interface Reads {

  /** All rows, in order. Callers bound how many there can be. */
  <R> Mono<List<R>> list(
      String sql, Function<? super Readable, ? extends R> row, Object... arguments);
}
