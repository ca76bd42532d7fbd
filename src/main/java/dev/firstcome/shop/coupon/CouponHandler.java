package dev.firstcome.shop.coupon;

import static dev.firstcome.shop.coupon.CouponRefusal.COUPON_NOT_FOUND;

import dev.firstcome.http.dispatch.Answers;
import dev.firstcome.http.dispatch.EntityTag;
import dev.firstcome.http.dispatch.Paging;
import dev.firstcome.http.dispatch.PathId;
import dev.firstcome.http.dispatch.Slice;
import dev.firstcome.http.dispatch.TimePosition;
import dev.firstcome.http.json.RequestBody;
import dev.firstcome.http.json.SelfValidating;
import dev.firstcome.http.json.Violations;
import dev.firstcome.http.security.Caller;
import dev.firstcome.http.sse.Feed;
import dev.firstcome.http.sse.Streams;
import dev.firstcome.refusal.Violation.Rule;
import dev.firstcome.shop.audit.AdminReply;
import dev.firstcome.shop.audit.AdminRequest;
import dev.firstcome.shop.coupon.Discount.Type;
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
  private final Campaigns campaigns;
  private final CouponTries tries;
  private final RequestBody body;
  private final Feed<Long> feed;

  CouponHandler(
      Coupons coupons, Campaigns campaigns, CouponTries tries, RequestBody body, Streams streams) {
    this.coupons = coupons;
    this.campaigns = campaigns;
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
        .flatMap(slice -> Answers.ok(slice.map(row -> CampaignBody.of(row, coupons.now()))));
  }

  Mono<ServerResponse> show(ServerRequest request) {
    return coupons
        .find(PathId.number(request, "id", COUPON_NOT_FOUND))
        .flatMap(row -> Answers.ok(CampaignBody.of(row, coupons.now()), row.tag()));
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
    AdminRequest asked = AdminRequest.of(request, "coupon.create", "");
    return body.read(request, NewCampaign.class)
        .flatMap(campaign -> campaigns.create(asked.asking(campaign), campaign.campaign()))
        .flatMap(AdminReply::response);
  }

  Mono<ServerResponse> change(ServerRequest request) {
    long id = PathId.number(request, "id", COUPON_NOT_FOUND);
    AdminRequest asked = AdminRequest.of(request, "coupon.change", id);
    EntityTag.Condition expected = EntityTag.condition(request);
    return body.read(request, Change.class)
        .flatMap(change -> campaigns.change(asked.asking(change), id, change.wanted(), expected))
        .flatMap(AdminReply::response);
  }

  private static String position(IssuedCoupon row) {
    return new TimePosition(row.issuedAt(), row.id()).text();
  }

  record NewDiscount(Type type, long value, @Nullable Long maxAmount) implements SelfValidating {

    @Override
    public void validate(Violations checks) {
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
      implements SelfValidating {

    @Override
    public void validate(Violations checks) {
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

    /** It has no id yet. */
    Campaign campaign() {
      return new Campaign(
          0,
          name,
          new Discount(discount.type, discount.value, discount.maxAmount),
          minOrderAmount == null ? 0 : minOrderAmount,
          totalQuantity,
          issuableFrom,
          issuableUntil,
          validUntil,
          false);
    }
  }

  record Change(
      @Nullable String name,
      @Nullable Long totalQuantity,
      @Nullable Instant issuableFrom,
      @Nullable Instant issuableUntil,
      @Nullable Instant validUntil,
      @Nullable Boolean paused)
      implements SelfValidating {

    @Override
    public void validate(Violations checks) {
      checks
          .atLeastOne(name, totalQuantity, issuableFrom, issuableUntil, validUntil, paused)
          .length("name", name, 1, 200)
          .range("totalQuantity", totalQuantity, 1, 1_000_000_000);
    }

    Campaign.Change wanted() {
      return new Campaign.Change(
          name, totalQuantity, issuableFrom, issuableUntil, validUntil, paused);
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
      Instant validUntil,
      Campaign.Status status,
      Instant serverTime) {

    static CampaignBody of(CouponRow row, Instant now) {
      return of(new Campaign.Standing(row.coupon(), row.issuedQuantity()), now);
    }

    static CampaignBody of(Campaign.Standing standing, Instant now) {
      Campaign coupon = standing.campaign();
      return new CampaignBody(
          coupon.id(),
          coupon.name(),
          coupon.discount(),
          coupon.minOrderAmount(),
          coupon.totalQuantity(),
          standing.left(),
          coupon.issuableFrom(),
          coupon.issuableUntil(),
          coupon.validUntil(),
          coupon.status(standing.left(), now),
          now);
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
