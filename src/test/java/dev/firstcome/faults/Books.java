package dev.firstcome.faults;

import dev.firstcome.dev.Stores;
import dev.firstcome.faults.Request.Answer;
import dev.firstcome.faults.Request.Verb;
import dev.firstcome.refusal.RequestName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Holds what clients were told against what PostgreSQL has, and that against itself. */
final class Books {

  /** What a client of this crowd may be refused, knowing what it knows. */
  private static final Set<String> EXPECTED = Set.of("INSUFFICIENT_STOCK", "COUPON_SOLD_OUT");

  private final Stores stores;
  private final String prefix;
  private final List<String> violations = new ArrayList<>();

  /**
   * @param prefix of the users whose records are looked at
   */
  Books(Stores stores, String prefix) {
    this.stores = stores;
    this.prefix = prefix;
  }

  /**
   * @return what is wrong, a line each; nothing if all is well
   */
  List<String> check(Collection<Request> requests) throws SQLException, IOException {
    try (Connection connection = stores.connect()) {
      invariants(connection);
      Map<String, String> rows = rows(connection);
      for (Request request : requests) {
        check(request, rows);
      }
    }
    return violations;
  }

  private void invariants(Connection connection) throws SQLException, IOException {
    String query = Files.readString(Path.of("src/k6/invariants.sql"));
    try (PreparedStatement statement = connection.prepareStatement(query);
        ResultSet broken = statement.executeQuery()) {
      while (broken.next()) {
        violations.add("invariant: " + broken.getString(1) + ": " + broken.getString(2));
      }
    }
  }

  private void check(Request request, Map<String, String> rows) {
    request.answers().forEach(answer -> check(request, answer));
    Answer told = request.success();
    String row = rows.get(name(request));
    if (told != null) {
      String claim = claim(request, told);
      if (!claim.equals(row)) {
        wrong("acknowledged %s, the database has %s".formatted(claim, row), request);
      }
      request.answers().stream()
          .filter(Answer::isSuccess)
          .filter(again -> !claim(request, again).equals(claim))
          .forEach(again -> wrong("heard another resource, " + claim(request, again), request));
      if (request.answers().stream().filter(a -> a.isSuccess() && !a.replayed()).count() > 1
          && request.verb() != Verb.CANCEL) {
        wrong("made twice without a word of replay", request);
      }
    } else if (request.isRefused() && row != null && request.verb() != Verb.CANCEL) {
      wrong("refused, and yet there is " + row, request);
    }
  }

  private void check(Request request, Answer answer) {
    if (answer.flaw() != null) {
      wrong(answer.flaw(), request);
    }
    if (answer.isCertain() && !answer.isSuccess() && !EXPECTED.contains(answer.code())) {
      wrong("unexpectedly refused", request);
    }
  }

  private void wrong(String what, Request request) {
    violations.add(what + ": " + request);
  }

  /** By which the request's row is found. */
  private static String name(Request request) {
    return switch (request.verb()) {
      case CHARGE -> "charge " + RequestName.of("charge", request.user(), request.key());
      case ORDER -> "order " + RequestName.of("order", request.user(), request.key());
      case PAY -> "payment " + RequestName.of("payment", request.user(), request.key());
      case COUPON -> "coupon " + request.path().split("/")[2] + " " + request.user();
      case CANCEL -> "cancelled " + request.path().split("/")[2];
      case ADJUST -> "adjustment " + request.body().replaceAll(".*\"reason\":\"(.*)\".*", "$1");
      case CREATE, LOOK -> "";
    };
  }

  /** What a 2xx says, written as {@link #rows} writes the row. */
  private static String claim(Request request, Answer answer) {
    JsonNode body = answer.body();
    return switch (request.verb()) {
      case CHARGE -> "balance " + body.path("balance").asLong();
      case ORDER ->
          "%s total %d of %s coupon %s at %s"
              .formatted(
                  body.path("id").asString(),
                  body.path("total").asLong(),
                  items(body),
                  body.path("issuedCouponId").asString("null"),
                  time(body.path("createdAt")));
      case PAY ->
          "%s order %s amount %d balance %d at %s"
              .formatted(
                  body.path("id").asString(),
                  body.path("orderId").asString(),
                  body.path("amount").asLong(),
                  body.path("balance").asLong(),
                  time(body.path("paidAt")));
      case COUPON -> "%s at %s".formatted(body.path("id").asString(), time(body.path("issuedAt")));
      case CANCEL -> "closed";
      case ADJUST -> "once";
      case CREATE, LOOK -> "";
    };
  }

  private static String items(JsonNode order) {
    Map<Long, Long> units = new TreeMap<>();
    order
        .path("items")
        .forEach(i -> units.put(i.path("productId").asLong(), i.path("quantity").asLong()));
    return units.toString();
  }

  private static Instant time(JsonNode text) {
    return Instant.parse(text.asString());
  }

  private Map<String, String> rows(Connection connection) throws SQLException {
    Map<String, String> rows = new HashMap<>();
    read(
        connection,
        "SELECT id, balance_after FROM point_entries WHERE type = 'CHARGE' AND user_id LIKE ?",
        r -> rows.put("charge " + r.getString(1), "balance " + r.getLong(2)));
    read(
        connection,
        "SELECT id, coupon_id, user_id, issued_at FROM issued_coupons WHERE user_id LIKE ?",
        r ->
            rows.put(
                "coupon " + r.getLong(2) + " " + r.getString(3),
                r.getString(1) + " at " + instant(r, 4)));
    read(
        connection,
        "SELECT id, order_id, amount, balance_after, paid_at FROM payments WHERE user_id LIKE ?",
        r ->
            rows.put(
                "payment " + r.getString(1),
                "%s order %s amount %d balance %d at %s"
                    .formatted(
                        r.getString(1),
                        r.getString(2),
                        r.getLong(3),
                        r.getLong(4),
                        instant(r, 5))));
    read(
        connection,
        "SELECT reason, count(DISTINCT created_at) FROM stock_adjustments WHERE reason LIKE ? GROUP BY reason",
        r -> rows.put("adjustment " + r.getString(1), r.getInt(2) == 1 ? "once" : "twice"));
    orders(connection, rows);
    return rows;
  }

  private void orders(Connection connection, Map<String, String> rows) throws SQLException {
    Map<String, Map<Long, Long>> items = new HashMap<>();
    read(
        connection,
        """
        SELECT order_id, product_id, quantity FROM order_items
        JOIN orders ON orders.id = order_id WHERE user_id LIKE ?
        """,
        r ->
            items
                .computeIfAbsent(r.getString(1), id -> new TreeMap<>())
                .put(r.getLong(2), r.getLong(3)));
    read(
        connection,
        "SELECT id, total, issued_coupon_id, created_at, status FROM orders WHERE user_id LIKE ?",
        r -> {
          String id = r.getString(1);
          rows.put(
              "order " + id,
              "%s total %d of %s coupon %s at %s"
                  .formatted(id, r.getLong(2), items.get(id), r.getString(3), instant(r, 4)));
          if (Set.of("CANCELLED", "REFUNDED").contains(r.getString(5))) {
            rows.put("cancelled " + id, "closed");
          }
        });
  }

  private static @Nullable Instant instant(ResultSet row, int column) throws SQLException {
    return row.getTimestamp(column).toInstant();
  }

  private interface Reader {
    void read(ResultSet row) throws SQLException;
  }

  private void read(Connection connection, String query, Reader reader) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(query)) {
      statement.setString(1, prefix + "%");
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          reader.read(rows);
        }
      }
    }
  }
}
