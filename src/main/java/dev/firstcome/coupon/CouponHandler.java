package dev.firstcome.coupon;

import static dev.firstcome.coupon.CouponRefusal.COUPON_NOT_FOUND;

import dev.firstcome.coupon.Discount.Type;
import dev.firstcome.problem.Violation.Rule;
import dev.firstcome.security.Caller;
import dev.firstcome.stream.Feed;
import dev.firstcome.stream.Streams;
import dev.firstcome.web.Answers;
import dev.firstcome.web.Body;
import dev.firstcome.web.Checks;
import dev.firstcome.web.Paging;
import dev.firstcome.web.PathId;
import dev.firstcome.web.Slice;
import dev.firstcome.web.TimePosition;
import dev.firstcome.web.Valid;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

@Component
class CouponHandler {

  private final Coupons coupons;
  private final CouponTries tries;
  private final Body body;
  private final Feed<Long> feed;

  CouponHandler(Coupons coupons, CouponTries tries, Body body, Streams streams) {
    this.coupons = coupons;
    this.tries = tries;
    this.body = body;
    this.feed = streams.feed("coupon", coupons::levels);
  }

  Mono<ServerResponse> list(ServerRequest request) {
    Paging paging = Paging.of(request);
    Long after = paging.after("coupons", Long::parseLong);
    return coupons
        .newestBefore(after == null ? Long.MAX_VALUE : after, paging.rows())
        .map(rows -> Slice.of(rows, paging, "coupons", row -> String.valueOf(row.id())))
        .flatMap(slice -> Answers.ok(slice.map(CampaignBody::of)));
  }

  Mono<ServerResponse> show(ServerRequest request) {
    return coupons
        .find(PathId.number(request, "id", COUPON_NOT_FOUND))
        .flatMap(row -> Answers.ok(CampaignBody.of(row)));
  }

  Mono<ServerResponse> stream(ServerRequest request) {
    return feed.watch(request, PathId.number(request, "id", COUPON_NOT_FOUND))
        .switchIfEmpty(COUPON_NOT_FOUND.asError());
  }

  Mono<ServerResponse> issue(ServerRequest request) {
    long couponId = PathId.number(request, "id", COUPON_NOT_FOUND);
    String userId = Caller.of(request).userId();
    tries.count(couponId, userId);
    return coupons
        .issue(couponId, userId)
        .flatMap(
            done -> {
              IssuedBody issued = IssuedBody.of(done.value(), coupons.now());
              return done.replayed() ? Answers.ok(issued, true) : Answers.created(issued);
            });
  }

  Mono<ServerResponse> mine(ServerRequest request) {
    Paging paging = Paging.of(request);
    TimePosition after = paging.after("issued-coupons", TimePosition::parse);
    String userId = Caller.of(request).userId();
    return coupons
        .ofUserBefore(userId, after == null ? TimePosition.NEWEST : after, paging.rows())
        .map(rows -> Slice.of(rows, paging, "issued-coupons", CouponHandler::position))
        .flatMap(slice -> Answers.ok(slice.map(row -> MineBody.of(row, coupons.now()))));
  }

  Mono<ServerResponse> create(ServerRequest request) {
    return body.read(request, NewCampaign.class)
        .flatMap(campaign -> coupons.create(campaign.row(coupons.now())))
        .flatMap(
            row -> Answers.created("/api/v1/coupons/" + row.id(), CampaignBody.of(row), false));
  }

  private static String position(IssuedCoupon row) {
    return new TimePosition(row.issuedAt(), row.id()).text();
  }

  record NewDiscount(Type type, long value, @Nullable Long maxAmount) implements Valid {

    @Override
    public void validate(Checks checks) {
      checks
          .range("value", value, 1, type == Type.PERCENT ? 100 : 1_000_000_000)
          .range("maxAmount", maxAmount, 1, 1_000_000_000);
    }
  }

  record NewCampaign(
      String name,
      NewDiscount discount,
      @Nullable Long minOrderAmount,
      long totalQuantity,
      Instant issuableFrom,
      Instant issuableUntil,
      Instant validUntil)
      implements Valid {

    @Override
    public void validate(Checks checks) {
      checks
          .length("name", name, 1, 200)
          .range("minOrderAmount", minOrderAmount, 0, 1_000_000_000)
          .range("totalQuantity", totalQuantity, 1, 1_000_000_000)
          .check(
              "issuableFrom",
              issuableFrom.isBefore(issuableUntil),
              Rule.BEFORE,
              "other",
              "issuableUntil")
          .check(
              "issuableUntil",
              !validUntil.isBefore(issuableUntil),
              Rule.BEFORE,
              "other",
              "validUntil");
    }

    CouponRow row(Instant now) {
      return new CouponRow(
          null,
          name,
          discount.type,
          discount.value,
          discount.maxAmount,
          minOrderAmount == null ? 0 : minOrderAmount,
          totalQuantity,
          0,
          issuableFrom,
          issuableUntil,
          validUntil,
          now);
    }
  }

  record CampaignBody(
      long id,
      String name,
      Discount discount,
      long minOrderAmount,
      long totalQuantity,
      long remainingQuantity,
      Instant issuableFrom,
      Instant issuableUntil,
      Instant validUntil) {

    static CampaignBody of(CouponRow row) {
      Coupon coupon = row.coupon();
      return new CampaignBody(
          coupon.id(),
          coupon.name(),
          coupon.discount(),
          coupon.minOrderAmount(),
          coupon.totalQuantity(),
          row.remainingQuantity(),
          coupon.issuableFrom(),
          coupon.issuableUntil(),
          coupon.validUntil());
    }
  }

  record IssuedBody(
      UUID id,
      long couponId,
      String userId,
      IssuedCoupon.Status status,
      Instant issuedAt,
      Instant validUntil) {

    static IssuedBody of(IssuedCoupon issued, Instant now) {
      return new IssuedBody(
          issued.id(),
          issued.coupon().id(),
          issued.userId(),
          issued.status(now),
          issued.issuedAt(),
          issued.coupon().validUntil());
    }
  }

  record MineBody(
      UUID id,
      long couponId,
      String userId,
      IssuedCoupon.Status status,
      Instant issuedAt,
      Instant validUntil,
      @Nullable Instant usedAt,
      @Nullable UUID orderId) {

    static MineBody of(IssuedCoupon issued, Instant now) {
      return new MineBody(
          issued.id(),
          issued.coupon().id(),
          issued.userId(),
          issued.status(now),
          issued.issuedAt(),
          issued.coupon().validUntil(),
          issued.usedAt(),
          issued.orderId());
    }
  }
}
