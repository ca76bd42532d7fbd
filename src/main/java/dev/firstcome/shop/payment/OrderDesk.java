package dev.firstcome.shop.payment;

import dev.firstcome.engine.lane.Verdict;
import dev.firstcome.infra.postgres.Session;
import dev.firstcome.refusal.Refused;
import dev.firstcome.shop.audit.AdminAnswer;
import dev.firstcome.shop.audit.AdminChange;
import dev.firstcome.shop.audit.AdminReply;
import dev.firstcome.shop.audit.AdminRequest;
import dev.firstcome.shop.audit.AdminWrites;
import dev.firstcome.shop.order.Order;
import dev.firstcome.shop.order.OrderBody;
import dev.firstcome.shop.order.OrderRefusal;
import dev.firstcome.shop.order.Orders;
import dev.firstcome.shop.order.Refund;
import dev.firstcome.shop.payment.Cancelling.CancelOrder;
import dev.firstcome.shop.payment.Refunding.RefundOrder;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** What administrators do to a user's order: each is a change with a key and an audit row. */
@Component
class OrderDesk {

  private final Orders orders;
  private final Refunds refunds;
  private final Cancellations cancellations;
  private final AdminWrites writes;

  OrderDesk(Orders orders, Refunds refunds, Cancellations cancellations, AdminWrites writes) {
    this.orders = orders;
    this.refunds = refunds;
    this.cancellations = cancellations;
    this.writes = writes;
  }

  /** A refund as it is answered to administrators. */
  record RefundBody(
      UUID id,
      UUID orderId,
      long amount,
      List<Refund.Item> items,
      boolean restock,
      @Nullable String reason,
      Instant createdAt) {

    static RefundBody of(Refund refund) {
      return new RefundBody(
          refund.id(),
          refund.orderId(),
          refund.amount(),
          refund.items(),
          refund.restock(),
          refund.reason(),
          refund.createdAt());
    }
  }

  /** Units of a product that were sold and do not come back. */
  record WrittenOff(long writtenOff, UUID refundId) {}

  /**
   * Refunds units of an order, once for each key.
   *
   * @return refuses as {@link Refunds#refund} does
   */
  Mono<AdminReply> refund(AdminRequest request, RefundOrder wanted) {
    return writes
        .once(request, change -> refund(change, wanted))
        .doOnNext(done -> refunds.committed());
  }

  private Mono<AdminAnswer> refund(AdminChange change, RefundOrder wanted) {
    return refunds
        .refund(change.session(), wanted)
        .doOnNext(refunded -> note(change, refunded))
        .map(refunded -> AdminAnswer.created(RefundBody.of(refunded.refund())));
  }

  private static void note(AdminChange change, Refund.Outcome refunded) {
    Refund refund = refunded.refund();
    note(change, refunded.before(), refunded.order(), refund.reason());
    if (!refund.restock()) {
      for (Refund.Item item : refund.items()) {
        WrittenOff lost = new WrittenOff(item.quantity(), refund.id());
        change.note("product:" + item.productId(), null, lost, refund.reason());
      }
    }
  }

  private static void note(AdminChange change, Order before, Order after, @Nullable String reason) {
    change.note(
        "order:" + after.id(), OrderBody.OfUser.of(before), OrderBody.OfUser.of(after), reason);
  }

  /**
   * Cancels an order for its user, or finds that it is cancelled already.
   *
   * @return refuses with {@code ORDER_NOT_FOUND}, {@code ORDER_NOT_CANCELLABLE}
   */
  Mono<AdminReply> cancel(AdminRequest request, UUID orderId) {
    return writes
        .once(request, change -> cancel(change, orderId))
        .doOnNext(done -> refunds.committed())
        .onErrorResume(Refused.class, no -> decided(request, orderId, no));
  }

  private Mono<AdminAnswer> cancel(AdminChange change, UUID orderId) {
    Session session = change.session();
    return orders
        .owner(session, orderId)
        .map(user -> new CancelOrder(orderId, user, change.request().actor()))
        .flatMap(
            wanted ->
                orders
                    .lockWithLines(session, List.of(orderId), List.of(wanted.userId()))
                    .zipWhen(before -> cancellations.decideAndWrite(session, List.of(wanted)))
                    .map(both -> answer(change, both.getT1().get(orderId), both.getT2().get(0))));
  }

  private static AdminAnswer answer(
      AdminChange change, @Nullable Order before, Verdict<Order> verdict) {
    if (verdict instanceof Verdict.Done<Order> done && before != null) {
      note(change, before, done.value(), null);
      return AdminAnswer.ok(OrderBody.OfUser.of(done.value())).replayed(done.replayed());
    }
    throw verdict instanceof Verdict.No<Order> no
        ? no.because()
        : OrderRefusal.ORDER_NOT_FOUND.refused();
  }

  /** The refusal has rolled an expiry back that it tells of: the lane decides that once more. */
  private Mono<AdminReply> decided(AdminRequest request, UUID orderId, Refused no) {
    return no.refusal() == OrderRefusal.ORDER_NOT_CANCELLABLE
        ? orders
            .owner(orderId)
            .map(user -> new CancelOrder(orderId, user, request.actor()))
            .flatMap(cancellations::cancel)
            .then(Mono.error(() -> no))
        : Mono.error(() -> no);
  }
}
