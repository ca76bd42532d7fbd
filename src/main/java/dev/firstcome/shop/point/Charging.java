package dev.firstcome.shop.point;

import dev.firstcome.engine.lane.Verdict;
import dev.firstcome.refusal.CommonRefusal;
import dev.firstcome.refusal.RequestName;
import dev.firstcome.shop.point.PointEntry.Type;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The rule of charging points, over a batch: pure, in the order of arrival. */
final class Charging {

  private Charging() {}

  /**
   * A user wants to add points to a balance.
   *
   * @param id the entry's, derived from user and Idempotency-Key
   * @param amount in points, from 1 to {@link #PointEntry.LARGEST_BALANCE}
   */
  record ChargePoints(UUID id, String userId, long amount, Instant at) {

    static ChargePoints of(String userId, String key, long amount, Instant at) {
      return new ChargePoints(RequestName.of("charge", userId, key), userId, amount, at);
    }

    PointEntry on(long balance) {
      return new PointEntry(id, userId, Type.CHARGE, amount, balance + amount, null, at);
    }
  }

  /**
   * @param balances of the users, as locked in the database; a user without one has 0
   * @param existing those of the entries asked for that exist already, by id
   * @return a verdict for each charge, in order; the ones done and not replayed are to be written
   */
  static List<Verdict<PointEntry>> decide(
      List<ChargePoints> charges, Map<String, Long> balances, Map<UUID, PointEntry> existing) {
    Map<String, Long> running = new HashMap<>(balances);
    Map<UUID, PointEntry> entries = new HashMap<>(existing);
    List<Verdict<PointEntry>> verdicts = new ArrayList<>(charges.size());
    for (ChargePoints charge : charges) {
      PointEntry mine = entries.get(charge.id());
      long balance = running.getOrDefault(charge.userId(), 0L);
      // The key before the limit: a user whose charge was done hears so, however full the balance
      // is by now.
      if (mine != null) {
        verdicts.add(
            mine.amount() == charge.amount()
                ? Verdict.replayed(mine)
                : Verdict.no(CommonRefusal.IDEMPOTENCY_KEY_REUSED.refused()));
      } else if (charge.amount() > PointEntry.LARGEST_BALANCE - balance) {
        verdicts.add(
            Verdict.no(
                PointRefusal.POINT_LIMIT_EXCEEDED.refused(
                    "balance", balance, "maximum", PointEntry.LARGEST_BALANCE)));
      } else {
        PointEntry fresh = charge.on(balance);
        running.put(charge.userId(), fresh.balanceAfter());
        entries.put(fresh.id(), fresh);
        verdicts.add(Verdict.done(fresh));
      }
    }
    return verdicts;
  }
}
