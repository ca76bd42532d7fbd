package dev.firstcome.shop.drop;

import static dev.firstcome.shop.drop.DropRefusal.DROP_NOT_FOUND;

import dev.firstcome.http.dispatch.Answers;
import dev.firstcome.http.dispatch.EntityTag;
import dev.firstcome.http.dispatch.Paging;
import dev.firstcome.http.dispatch.PathId;
import dev.firstcome.http.dispatch.Slice;
import dev.firstcome.http.json.Given;
import dev.firstcome.http.json.RequestBody;
import dev.firstcome.http.json.SelfValidating;
import dev.firstcome.http.json.Violations;
import dev.firstcome.http.sse.Feed;
import dev.firstcome.http.sse.Streams;
import dev.firstcome.refusal.Violation;
import dev.firstcome.refusal.Violation.Rule;
import dev.firstcome.shop.audit.AdminReply;
import dev.firstcome.shop.audit.AdminRequest;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

@Component
class DropHandler {

  private static final long MOST_UNITS = 1_000_000_000;

  private final Drops drops;
  private final RequestBody body;
  private final Feed<Long> feed;

  DropHandler(Drops drops, RequestBody body, Streams streams) {
    this.drops = drops;
    this.body = body;
    this.feed = streams.feed("drop", drops::find);
  }

  Mono<ServerResponse> list(ServerRequest request) {
    Paging paging = Paging.of(request);
    Drop.Status status = status(request);
    String list = status == null ? "drops" : "drops " + status;
    Long after = paging.after(list, Long::parseLong);
    return drops
        .newestBefore(after == null ? Long.MAX_VALUE : after, status, paging.rows())
        .map(rows -> Slice.of(rows, paging, list, drop -> String.valueOf(drop.id())))
        .flatMap(Answers::ok);
  }

  private static Drop.@Nullable Status status(ServerRequest request) {
    String wanted = request.queryParam("status").orElse(null);
    if (wanted == null) {
      return null;
    }
    for (Drop.Status status : Drop.Status.values()) {
      if (status.name().equals(wanted)) {
        return status;
      }
    }
    String allowed =
        Arrays.stream(Drop.Status.values()).map(Enum::name).collect(Collectors.joining(", "));
    throw Violation.of("status", Rule.ONE_OF, "allowed", allowed).refused();
  }

  Mono<ServerResponse> show(ServerRequest request) {
    return drops
        .find(PathId.number(request, "id", DROP_NOT_FOUND))
        .flatMap(drop -> Answers.ok(drop, drop.tag()));
  }

  Mono<ServerResponse> stream(ServerRequest request) {
    return feed.watch(request, PathId.number(request, "id", DROP_NOT_FOUND))
        .switchIfEmpty(DROP_NOT_FOUND.asError());
  }

  Mono<ServerResponse> create(ServerRequest request) {
    AdminRequest asked = AdminRequest.of(request, "drop.create", "");
    return body.read(request, NewDrop.class)
        .flatMap(drop -> drops.create(asked.asking(drop), drop.terms()))
        .flatMap(AdminReply::response);
  }

  Mono<ServerResponse> change(ServerRequest request) {
    long id = PathId.number(request, "id", DROP_NOT_FOUND);
    AdminRequest asked = AdminRequest.of(request, "drop.change", id);
    EntityTag.Condition expected = EntityTag.condition(request);
    return body.read(request, Change.class)
        .flatMap(change -> drops.change(asked.asking(change), id, change.wanted(), expected))
        .flatMap(AdminReply::response);
  }

  record NewDrop(
      String name,
      List<Long> productIds,
      Instant opensAt,
      @Nullable Instant closesAt,
      @Nullable Long maxPerUser,
      @Nullable LineChange line)
      implements SelfValidating {

    @Override
    public void validate(Violations violations) {
      violations
          .length("name", name, 1, 200)
          .size("productIds", productIds, 1, 50)
          .range("maxPerUser", maxPerUser, 1, MOST_UNITS);
    }

    DropTerms terms() {
      return new DropTerms(
          name,
          new TreeSet<>(productIds),
          opensAt,
          closesAt,
          maxPerUser,
          false,
          line == null ? null : line.terms());
    }
  }

  record Change(
      @Nullable String name,
      @Nullable List<Long> productIds,
      @Nullable Instant opensAt,
      @Nullable Given<Instant> closesAt,
      @Nullable Given<Long> maxPerUser,
      @Nullable Boolean paused,
      @Nullable Given<LineChange> line)
      implements SelfValidating {

    @Override
    public void validate(Violations violations) {
      violations
          .atLeastOne(name, productIds, opensAt, closesAt, maxPerUser, paused, line)
          .length("name", name, 1, 200)
          .size("productIds", productIds, 0, 50)
          .range("maxPerUser", maxPerUser == null ? null : maxPerUser.value(), 1, MOST_UNITS);
    }

    DropChange wanted() {
      return new DropChange(
          name,
          productIds == null ? null : new TreeSet<>(productIds),
          opensAt,
          closesAt,
          maxPerUser,
          paused,
          line);
    }
  }
}
