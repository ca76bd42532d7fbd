package dev.firstcome.shop.order;

import dev.firstcome.http.json.Violations;
import dev.firstcome.refusal.Violation.Rule;
import dev.firstcome.shop.coupon.CouponUse;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.ServerRequest;

/**
 * A user's order.
 *
 * @param id derived from (user, Idempotency-Key)
 * @param lines sorted by product id; empty where only the order itself was read
 * @param subtotal in won, before the discount
 * @param total in won: what is to be paid
 * @param fingerprint of the request, to tell a repetition from another request under its key
 * @param paymentDueAt the first instant at which it can no longer be paid
 * @param refunds the oldest first. One that was refunded before partial refunds were known has none
 */
public record Order(
    UUID id,
    String userId,
    Status status,
    List<OrderLine> lines,
    long subtotal,
    long discount,
    long total,
    @Nullable UUID issuedCouponId,
    @Nullable UUID paymentId,
    UUID fingerprint,
    Instant createdAt,
    Instant paymentDueAt,
    List<Refund> refunds) {

  /** {@code PENDING → PAID | CANCELLED | EXPIRED}, {@code PAID → REFUNDED}. */
  public enum Status {
    PENDING,
    PAID,
    CANCELLED,
    EXPIRED,
    REFUNDED;

    /**
     * Which orders a list is asked for: {@code ?status=}; all without it.
     *
     * @throws dev.firstcome.refusal.Refused {@code INVALID_REQUEST} naming {@code status}
     */
    public static List<Status> asked(ServerRequest request) {
      String given = request.queryParams().getFirst("status");
      List<Status> all = List.of(values());
      if (given == null || given.isEmpty()) {
        return all;
      }
      List<Status> one = all.stream().filter(status -> status.name().equals(given)).toList();
      String allowed = all.stream().map(Enum::name).collect(Collectors.joining(", "));
      Violations.start().check("status", !one.isEmpty(), Rule.ONE_OF, "allowed", allowed).done();
      return one;
    }
  }

  /**
   * Whether it is unpaid and its time is over. It is {@code PENDING} all the same until a
   * transaction that holds its lock, and finds it so by PostgreSQL's clock, has ended it: nobody is
   * told {@code EXPIRED} of an order that a payment may still be deciding.
   */
  public boolean isOverdue(Instant now) {
    return status == Status.PENDING && !now.isBefore(paymentDueAt);
  }

  public Order paidBy(UUID payment) {
    return with(Status.PAID, lines, payment, refunds);
  }

  /** What its user makes of an unpaid one. */
  public Order cancelled() {
    return with(Status.CANCELLED, lines, paymentId, refunds);
  }

  /** Of a paid one, with its lines: refunded itself once no unit is kept. */
  public Order refundedBy(Refund refund) {
    Map<Long, Long> units =
        refund.items().stream()
            .collect(Collectors.toMap(Refund.Item::productId, Refund.Item::quantity));
    List<OrderLine> left =
        lines.stream()
            .map(line -> line.refundedBy(units.getOrDefault(line.productId(), 0L)))
            .toList();
    boolean whole = left.stream().allMatch(line -> line.kept() == 0);
    List<Refund> all = Stream.concat(refunds.stream(), Stream.of(refund)).toList();
    return with(whole ? Status.REFUNDED : Status.PAID, left, paymentId, all);
  }

  /** What was given back, in won. */
  public long refunded() {
    return status == Status.REFUNDED ? total : refunds.stream().mapToLong(Refund::amount).sum();
  }

  /** Its use of a coupon, if it used one. */
  Optional<CouponUse> couponUse() {
    return Optional.ofNullable(issuedCouponId)
        .map(coupon -> new CouponUse(coupon, userId, id, createdAt));
  }

  public Order expired() {
    return with(Status.EXPIRED, lines, paymentId, refunds);
  }

  Order withLines(List<OrderLine> read) {
    return with(status, read, paymentId, refunds);
  }

  Order withRefunds(List<Refund> read) {
    return with(status, lines, paymentId, read);
  }

  private Order with(
      Status newStatus,
      List<OrderLine> newLines,
      @Nullable UUID newPaymentId,
      List<Refund> newRefunds) {
    return new Order(
        id,
        userId,
        newStatus,
        newLines,
        subtotal,
        discount,
        total,
        issuedCouponId,
        newPaymentId,
        fingerprint,
        createdAt,
        paymentDueAt,
        newRefunds);
  }
}
