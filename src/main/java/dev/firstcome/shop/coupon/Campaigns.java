package dev.firstcome.shop.coupon;

import dev.firstcome.http.dispatch.EntityTag;
import dev.firstcome.infra.postgres.Session;
import dev.firstcome.shop.audit.AdminAnswer;
import dev.firstcome.shop.audit.AdminChange;
import dev.firstcome.shop.audit.AdminReply;
import dev.firstcome.shop.audit.AdminRequest;
import dev.firstcome.shop.audit.AdminWrites;
import dev.firstcome.shop.coupon.CouponHandler.CampaignBody;
import java.util.Set;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** Makes campaigns and changes them. */
@Component
class Campaigns {

  private final CouponSql repository;
  private final Coupons coupons;
  private final AdminWrites writes;

  Campaigns(CouponSql repository, Coupons coupons, AdminWrites writes) {
    this.repository = repository;
    this.coupons = coupons;
    this.writes = writes;
  }

  Mono<AdminReply> create(AdminRequest request, Campaign campaign) {
    return writes.once(request, change -> create(change, campaign));
  }

  private Mono<AdminAnswer> create(AdminChange change, Campaign campaign) {
    return repository
        .insert(change.session(), campaign)
        .map(campaign::withId)
        .doOnNext(made -> change.note(subject(made), null, made, null))
        .map(
            made ->
                AdminAnswer.created(
                    "/api/v1/coupons/" + made.id(),
                    CampaignBody.of(new Campaign.Standing(made, 0), coupons.now()),
                    new EntityTag(1)));
  }

  /**
   * Changes a campaign under its lock: what was decided before is committed by then, and what is
   * decided afterwards is decided by the new terms.
   *
   * @return refuses with {@code COUPON_NOT_FOUND}, {@code VERSION_CHANGED}, {@code
   *     QUANTITY_BELOW_ISSUED}, {@code INVALID_REQUEST}
   */
  Mono<AdminReply> change(
      AdminRequest request, long id, Campaign.Change wanted, EntityTag.Condition expected) {
    return writes
        .once(request, change -> change(change, id, wanted, expected))
        .delayUntil(changed -> coupons.changed(id));
  }

  private Mono<AdminAnswer> change(
      AdminChange change, long id, Campaign.Change wanted, EntityTag.Condition expected) {
    Session session = change.session();
    return repository
        .lockCampaigns(session, Set.of(id))
        .flatMap(found -> Mono.justOrEmpty(found.get(id)))
        .switchIfEmpty(CouponRefusal.COUPON_NOT_FOUND.asError())
        .zipWhen(now -> repository.version(session, id))
        .doOnNext(read -> expected.demand(read.getT2()))
        .flatMap(read -> write(change, read.getT1(), read.getT2(), wanted));
  }

  private Mono<AdminAnswer> write(
      AdminChange change, Campaign.Standing now, long version, Campaign.Change wanted) {
    Campaign then = wanted.applyTo(now.campaign(), now.issued());
    boolean same = then.equals(now.campaign());
    change.note(subject(then), now.campaign(), then, null);
    return (same ? Mono.just(version) : repository.change(change.session(), then))
        .map(
            written ->
                AdminAnswer.ok(
                    CampaignBody.of(new Campaign.Standing(then, now.issued()), coupons.now()),
                    new EntityTag(written)));
  }

  private static String subject(Campaign campaign) {
    return "coupon:" + campaign.id();
  }
}
