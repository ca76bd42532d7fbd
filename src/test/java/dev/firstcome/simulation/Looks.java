package dev.firstcome.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Watches that comparisons are exact or silent: that they speak only of what is at the gate as it
 * was when they began.
 */
final class Looks {

  private final RedisServer redis;

  /** By token, what each product or campaign was when the comparison began. */
  private final Map<String, Map<String, String>> begun = new HashMap<>();

  private final List<String> wrong = new ArrayList<>();

  Looks(RedisServer redis) {
    this.redis = redis;
  }

  /** Of what a comparison has spoken although it had moved. */
  List<String> wrong() {
    return wrong;
  }

  void before(String script, List<String> keys, List<String> arguments) {
    switch (script) {
      case "stock_compare_begin" -> begun.put(arguments.get(0), products());
      case "coupon_compare_begin" -> begun.put(arguments.get(0), campaign(keys.get(0)));
      case "stock_compare" -> moved(arguments.get(0), products());
      case "coupon_compare" -> moved(arguments.get(0), campaign(keys.get(0)));
      default -> {}
    }
  }

  /** Keeps of what was at the beginning only what has moved since. */
  private void moved(String token, Map<String, String> now) {
    Map<String, String> moved = new TreeMap<>(begun.getOrDefault(token, Map.of()));
    moved.entrySet().removeIf(then -> then.getValue().equals(now.get(then.getKey())));
    begun.put(token, moved);
  }

  void after(String script, List<String> keys, List<String> arguments, List<String> answer) {
    if (script.equals("stock_compare")) {
      for (int i = 0; i < answer.size(); i++) {
        spoken(arguments.get(0), arguments.get(3 + 3 * i), answer.get(i));
      }
    } else if (script.equals("coupon_compare")) {
      spoken(arguments.get(0), keys.get(0), answer.get(0));
    }
  }

  private void spoken(String token, String id, String word) {
    String then = begun.getOrDefault(token, Map.of()).get(id);
    if (then != null && !word.equals("INCONCLUSIVE")) {
      wrong.add(word + " of " + id + ", which was " + then);
    }
  }

  private Map<String, String> products() {
    Map<String, String> now = new TreeMap<>();
    redis.stock("available").forEach((id, units) -> now.put(id, units + " and"));
    redis
        .stock("lines")
        .forEach(
            (order, lines) -> {
              String[] words = lines.split(" ");
              for (int i = 0; i < words.length; i += 2) {
                now.merge(words[i], " " + order + " " + words[i + 1], String::concat);
              }
            });
    return now;
  }

  private Map<String, String> campaign(String limit) {
    String name = limit.substring(0, limit.length() - "limit".length());
    TreeSet<String> holders = new TreeSet<>(redis.set(name + "holders"));
    TreeSet<String> held = new TreeSet<>(redis.sorted(name + "held").keySet());
    return Map.of(limit, holders + " of whom open " + held);
  }
}
