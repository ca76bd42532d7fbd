package dev.firstcome.simulation;

import dev.firstcome.infra.redis.RedisParts;
import dev.firstcome.infra.redis.Script;
import dev.firstcome.simulation.World.Process;
import io.lettuce.core.cluster.SlotHash;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A Redis in memory: what the shop's scripts and its few plain commands use of it, and a loud
 * refusal of anything else.
 */
final class RedisServer implements Lua.Store {

  private static final Map<String, Script> BY_SHA = new HashMap<>();
  private static final Map<String, Script> BY_SOURCE = new HashMap<>();

  static {
    RedisParts.SCRIPTS.forEach(script -> BY_SHA.put(script.sha(), script));
    RedisParts.SCRIPTS.forEach(script -> BY_SOURCE.put(script.source(), script));
  }

  private static final int ANY = -1;

  /** A channel is heard on every node, whatever its name. */
  private static final Set<String> KEYLESS = Set.of("PING", "TIME", "PUBLISH");

  private final World world;
  private final Variant variant;

  /** Of its clock, in microseconds. */
  long clockOffset;

  /** Of the clock of whoever is served. */
  long callersOffset;

  private final Looks looks = new Looks(this);
  private final Set<String> loaded = new HashSet<>(BY_SHA.keySet());
  private Map<String, Object> data = new TreeMap<>();
  private Map<String, Object> saved = new TreeMap<>();

  /** When keys end, in the world's microseconds. */
  private Map<String, Long> ends = new HashMap<>();

  private Map<String, Long> savedEnds = new HashMap<>();

  /** No key ends before then. */
  private long nextEnd;

  private final Map<Process, Consumer<String>> listeners = new LinkedHashMap<>();
  boolean away;

  /** Of the script that runs. */
  private int slot = ANY;

  RedisServer(World world, Variant variant) {
    this.world = world;
    this.variant = variant;
  }

  /** Null if the script is not known here. */
  @Nullable Script bySha(String sha) {
    return loaded.contains(sha) ? BY_SHA.get(sha) : null;
  }

  static Script bySource(String source) {
    Script script = BY_SOURCE.get(source);
    if (script == null) {
      throw new UnsupportedOperationException("not one of the shop's scripts: " + source);
    }
    return script;
  }

  List<String> run(Script script, List<String> keys, List<String> arguments) {
    loaded.add(script.sha());
    expire();
    looks.before(script.name(), keys, arguments);
    slot = SlotHash.getSlot(keys.get(0));
    keys.forEach(this::requireSameSlot);
    List<String> answer =
        Lua.here().run(variant.lua(script.name(), script.source()), keys, arguments, this);
    slot = ANY;
    looks.after(script.name(), keys, arguments, answer);
    return answer;
  }

  /** As a cluster requires of what one script uses, named or made by itself. */
  private void requireSameSlot(String key) {
    if (slot != ANY && SlotHash.getSlot(key) != slot) {
      throw new IllegalStateException("CROSSSLOT " + key);
    }
  }

  /** Keeps what there is, to be restored. */
  void save() {
    saved = copy(data);
    savedEnds = new HashMap<>(ends);
  }

  /** Begins again with what was saved last: everything since is lost, the scripts as well. */
  void restore() {
    data = copy(saved);
    ends = new HashMap<>(savedEnds);
    nextEnd = 0;
    loaded.clear();
  }

  void flush() {
    data = new TreeMap<>();
    ends.clear();
    loaded.clear();
  }

  private static Map<String, Object> copy(Map<String, Object> from) {
    Map<String, Object> to = new TreeMap<>();
    from.forEach((key, value) -> to.put(key, copyOf(value)));
    return to;
  }

  @SuppressWarnings("unchecked")
  private static Object copyOf(Object value) {
    if (value instanceof Sorted sorted) {
      return new Sorted(new HashMap<>(sorted.scores));
    } else if (value instanceof Map<?, ?> map) {
      return new LinkedHashMap<>((Map<String, String>) map);
    }
    return value instanceof Set<?> set ? new LinkedHashSet<>((Set<String>) set) : value;
  }

  private record Sorted(Map<String, Double> scores) {

    List<String> inOrder() {
      return scores.entrySet().stream()
          .sorted(
              Map.Entry.<String, Double>comparingByValue()
                  .thenComparing(Map.Entry.comparingByKey()))
          .map(Map.Entry::getKey)
          .toList();
    }
  }

  /** Of what a comparison has spoken although it had moved. */
  List<String> wrongLooks() {
    return looks.wrong();
  }

  Map<String, String> hash(String key) {
    return cast(data.getOrDefault(key, Map.of()));
  }

  /** Of the stock gate's keys, over all of its partitions; what an order has in several follows. */
  Map<String, String> stock(String name) {
    Map<String, String> all = new TreeMap<>();
    data.keySet().stream()
        .filter(key -> key.startsWith("stock:{") && key.endsWith("}:" + name))
        .forEach(key -> hash(key).forEach((f, v) -> all.merge(f, v, (a, b) -> a + " " + b)));
    return all;
  }

  /** The keys of partitions in which an order is held. */
  List<String> heldOrders() {
    return data.keySet().stream()
        .filter(key -> key.startsWith("stock:{") && key.endsWith("}:held"))
        .toList();
  }

  /** What stays for ever although nobody has asked for anything that there is. */
  List<String> endless() {
    expire();
    List<String> endless = new ArrayList<>();
    data.forEach(
        (key, value) -> {
          boolean stock = key.startsWith("stock:{") && key.endsWith("}:available");
          if (!ends.containsKey(key) && !stock) {
            endless.add(Invariants.KEYS_END + ": " + key);
          }
        });
    return endless;
  }

  Set<String> set(String key) {
    return cast(data.getOrDefault(key, Set.of()));
  }

  Map<String, Double> sorted(String key) {
    Sorted sorted = (Sorted) data.get(key);
    return sorted == null ? Map.of() : sorted.scores;
  }

  @Nullable String text(String key) {
    return (String) data.get(key);
  }

  private Map<String, String> hashAt(String key) {
    return cast(data.computeIfAbsent(key, k -> new LinkedHashMap<String, String>()));
  }

  private Set<String> setAt(String key) {
    return cast(data.computeIfAbsent(key, k -> new LinkedHashSet<String>()));
  }

  private Sorted sortedAt(String key) {
    return (Sorted) data.computeIfAbsent(key, k -> new Sorted(new HashMap<>()));
  }

  @SuppressWarnings("unchecked")
  private static <T> T cast(Object value) {
    return (T) value;
  }

  /** A key whose last member goes, goes. */
  private long removed(String key, long number) {
    Object value = data.get(key);
    if (value instanceof Map<?, ?> m && m.isEmpty()
        || value instanceof Set<?> s && s.isEmpty()
        || value instanceof Sorted z && z.scores.isEmpty()) {
      remove(key);
    }
    return number;
  }

  @Override
  public @Nullable Object call(String command, List<String> a) {
    expire();
    String key = a.isEmpty() ? "" : a.get(0);
    if (!KEYLESS.contains(command)) {
      requireSameSlot(key);
    }
    return switch (command) {
      case "GET" -> data.get(key);
      case "SET" -> plainSet(a);
      case "DEL", "UNLINK" -> a.stream().filter(this::remove).count();
      case "EXISTS" -> data.containsKey(key) ? 1L : 0L;
      case "EXPIRE" -> endsIn(key, a.get(1));
      case "PING" -> "PONG";
      case "TIME" ->
          List.of(Long.toString(micros() / 1_000_000), Long.toString(micros() % 1_000_000));
      case "PUBLISH" -> publish(a.get(1));
      case "SCARD" -> (long) set(key).size();
      case "SISMEMBER" -> set(key).contains(a.get(1)) ? 1L : 0L;
      case "SMEMBERS" -> List.copyOf(set(key));
      case "SSCAN" -> List.of("0", new ArrayList<>(set(key)));
      case "SADD" -> (long) a.stream().skip(1).filter(setAt(key)::add).count();
      case "SREM" ->
          data.containsKey(key)
              ? (Object) removed(key, a.stream().skip(1).filter(setAt(key)::remove).count())
              : (Object) 0L;
      case "ZCARD" -> (long) sorted(key).size();
      case "ZSCORE" -> sorted(key).containsKey(a.get(1)) ? score(sorted(key), a.get(1)) : null;
      case "ZADD" -> zadd(key, a);
      case "ZREM" -> zrem(key, a.subList(1, a.size()));
      case "ZRANGE" -> zrange(key, a);
      case "ZRANGEBYSCORE" -> zrangebyscore(key, a);
      case "HGET" -> hash(key).get(a.get(1));
      case "HMGET" ->
          a.subList(1, a.size()).stream()
              .map(hash(key)::get)
              .collect(ArrayList::new, ArrayList::add, ArrayList::addAll);
      case "HEXISTS" -> hash(key).containsKey(a.get(1)) ? 1L : 0L;
      case "HLEN" -> (long) hash(key).size();
      case "HKEYS" -> List.copyOf(hash(key).keySet());
      case "HGETALL" -> pairs(hash(key));
      case "HSCAN" -> List.of("0", pairs(hash(key)));
      case "HSET" -> hset(key, a);
      case "HDEL" ->
          data.containsKey(key)
              ? (Object)
                  removed(
                      key, a.stream().skip(1).filter(f -> hashAt(key).remove(f) != null).count())
              : (Object) 0L;
      case "HINCRBY" -> hincrby(key, a.get(1), Long.parseLong(a.get(2)));
      default -> throw new UnsupportedOperationException("the simulated Redis has no " + command);
    };
  }

  private long micros() {
    return ChronoUnit.MICROS.between(Instant.EPOCH, World.START)
        + world.micros()
        + (variant.isInstancesTime() ? callersOffset : clockOffset);
  }

  /** One instance listens, to the one channel that there is; half of what is said is lost. */
  void listen(Process process, Consumer<String> heard) {
    listeners.put(process, heard);
  }

  private long publish(String message) {
    listeners.forEach(
        (process, heard) -> {
          if (process.alive && world.chance(0.5)) {
            heard.accept(message);
          }
        });
    return listeners.size();
  }

  private static String score(Map<String, Double> scores, String member) {
    return Double.toString(scores.getOrDefault(member, 0.0));
  }

  private String plainSet(List<String> a) {
    data.put(a.get(0), a.get(1));
    ends.remove(a.get(0));
    if (a.size() == 4 && a.get(2).equals("EX")) {
      endsIn(a.get(0), a.get(3));
    } else if (a.size() != 2) {
      throw new UnsupportedOperationException("SET with options: " + a);
    }
    return "OK";
  }

  private long endsIn(String key, String seconds) {
    if (!data.containsKey(key)) {
      return 0;
    }
    long end = world.micros() + Long.parseLong(seconds) * 1_000_000;
    ends.put(key, end);
    nextEnd = Math.min(nextEnd, end);
    return 1;
  }

  /** Takes away what has ended. */
  private void expire() {
    if (world.micros() < nextEnd) {
      return;
    }
    nextEnd = Long.MAX_VALUE;
    for (Iterator<Map.Entry<String, Long>> all = ends.entrySet().iterator(); all.hasNext(); ) {
      Map.Entry<String, Long> end = all.next();
      if (end.getValue() <= world.micros()) {
        data.remove(end.getKey());
        all.remove();
      } else {
        nextEnd = Math.min(nextEnd, end.getValue());
      }
    }
  }

  private boolean remove(String key) {
    ends.remove(key);
    return data.remove(key) != null;
  }

  /** {@code key [NX] score member score member …}. */
  private long zadd(String key, List<String> a) {
    Map<String, Double> scores = sortedAt(key).scores;
    boolean onlyNew = a.get(1).equals("NX");
    long fresh = 0;
    for (int i = onlyNew ? 2 : 1; i < a.size(); i += 2) {
      boolean known = scores.containsKey(a.get(i + 1));
      if (!known || !onlyNew) {
        scores.put(a.get(i + 1), Double.valueOf(a.get(i)));
      }
      fresh += known ? 0 : 1;
    }
    return fresh;
  }

  private long zrem(String key, List<String> members) {
    if (!data.containsKey(key)) {
      return 0;
    }
    Map<String, Double> scores = sortedAt(key).scores;
    return removed(key, members.stream().filter(m -> scores.remove(m) != null).count());
  }

  private List<String> zrange(String key, List<String> a) {
    if (!a.subList(1, a.size()).equals(List.of("0", "-1"))) {
      throw new UnsupportedOperationException("ZRANGE " + a);
    }
    return new Sorted(sorted(key)).inOrder();
  }

  /** {@code key min max [LIMIT 0 n]}; of exclusive bounds only the lower. */
  private List<String> zrangebyscore(String key, List<String> a) {
    Map<String, Double> scores = sorted(key);
    double min = bound(a.get(1));
    double max = bound(a.get(2));
    long limit = a.size() > 3 ? Long.parseLong(a.get(5)) : Long.MAX_VALUE;
    return new Sorted(scores)
        .inOrder().stream()
            .filter(m -> scores.getOrDefault(m, 0.0) >= min && scores.getOrDefault(m, 0.0) <= max)
            .limit(limit)
            .toList();
  }

  private static double bound(String text) {
    return switch (text) {
      case "-inf" -> Double.NEGATIVE_INFINITY;
      case "+inf" -> Double.POSITIVE_INFINITY;
      default ->
          text.startsWith("(")
              ? Math.nextUp(Double.parseDouble(text.substring(1)))
              : Double.parseDouble(text);
    };
  }

  private long hset(String key, List<String> a) {
    Map<String, String> hash = hashAt(key);
    long fresh = 0;
    for (int i = 1; i < a.size(); i += 2) {
      fresh += hash.put(a.get(i), a.get(i + 1)) == null ? 1 : 0;
    }
    return fresh;
  }

  private long hincrby(String key, String field, long by) {
    Map<String, String> hash = hashAt(key);
    long after = Long.parseLong(hash.getOrDefault(field, "0")) + by;
    hash.put(field, Long.toString(after));
    return after;
  }

  private static List<String> pairs(Map<String, String> hash) {
    List<String> pairs = new ArrayList<>();
    hash.entrySet().stream()
        .sorted(Comparator.comparing(Map.Entry::getKey))
        .forEach(e -> pairs.addAll(List.of(e.getKey(), e.getValue())));
    return pairs;
  }
}
