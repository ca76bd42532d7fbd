package dev.firstcome.simulation;

import dev.firstcome.infra.redis.Script;
import dev.firstcome.simulation.Faults.Fate;
import dev.firstcome.simulation.World.Process;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;

/**
 * One instance's connection to Redis, as Lettuce shows it: in order, each command with a time
 * limit, refused at once while there is no connection, and never sent again by itself.
 */
final class RedisClient {

  /** {@code spring.data.redis.timeout}'s default. */
  private static final long TIMEOUT_MICROS = 500_000;

  private static final Class<?>[] COMMANDS = {RedisAsyncCommands.class};
  private static final ClassLoader LOADER = RedisAsyncCommands.class.getClassLoader();

  private final World world;
  private final Faults faults;
  private final RedisServer server;
  private final Process owner;
  private long lastArrival;

  RedisClient(World world, Faults faults, RedisServer server, Process owner) {
    this.world = world;
    this.faults = faults;
    this.server = server;
    this.owner = owner;
  }

  @SuppressWarnings("unchecked")
  RedisClusterAsyncCommands<String, String> commands() {
    return (RedisClusterAsyncCommands<String, String>)
        Proxy.newProxyInstance(
            LOADER, COMMANDS, (proxy, method, a) -> command(method.getName(), a));
  }

  private RedisFuture<?> command(String name, Object[] a) {
    return switch (name) {
      case "evalsha" -> run((String) a[0], null, (String[]) a[2], (String[]) a[3]);
      case "eval" -> run("", RedisServer.bySource((String) a[0]), (String[]) a[2], (String[]) a[3]);
      case "setex" -> plain("SET", (String) a[0], (String) a[2], "EX", a[1].toString());
      case "set" -> plain("SET", (String) a[0], (String) a[1]);
      case "sadd" -> plain("SADD", with((String) a[0], (String[]) a[1]));
      case "zrangebyscore" -> within((String) a[0], (Range<?>) a[1], (Limit) a[2]);
      default -> throw new UnsupportedOperationException("the simulated Redis has no " + name);
    };
  }

  private RedisFuture<?> run(String sha, @Nullable Script sent, String[] keys, String[] arguments) {
    List<String> words = List.of(arguments);
    return send(
        () -> {
          Script script = sent != null ? sent : server.bySha(sha);
          if (script == null) {
            return new RedisNoScriptException("NOSCRIPT");
          }
          List<String> answer = server.run(script, List.of(keys), words);
          if (world.traced()) {
            world.note(
                "redis: " + owner.name + " " + script.name() + " " + words + " -> " + answer);
          }
          return answer;
        });
  }

  private RedisFuture<?> within(String key, Range<?> range, Limit limit) {
    return plain(
        "ZRANGEBYSCORE",
        key,
        String.valueOf(range.getLower().getValue()),
        String.valueOf(range.getUpper().getValue()),
        "LIMIT",
        "0",
        Long.toString(limit.getCount()));
  }

  private RedisFuture<?> plain(String command, String... arguments) {
    List<String> words = List.of(arguments);
    return send(
        () -> {
          Object answer = server.call(command, words);
          if (world.traced()) {
            world.note("redis: " + owner.name + " " + command + " " + words + " -> " + answer);
          }
          return answer;
        });
  }

  private static String[] with(String first, String[] rest) {
    List<String> all = new ArrayList<>(List.of(first));
    all.addAll(List.of(rest));
    return all.toArray(String[]::new);
  }

  /**
   * @param effect answers with a failure where Redis answers with an error
   */
  private Reply send(Supplier<@Nullable Object> effect) {
    Reply reply = new Reply();
    if (server.away) {
      world.after(
          faults.redisLatency(), owner, () -> reply.fail(new RedisException("not connected")));
      return reply;
    }
    Fate fate = faults.redis();
    lastArrival = Math.max(lastArrival, world.micros() + faults.redisLatency());
    reply.limit = world.after(TIMEOUT_MICROS, owner, () -> reply.fail(new Timeout()));
    world.after(lastArrival - world.micros(), null, () -> arrive(effect, fate, reply));
    return reply;
  }

  private void arrive(Supplier<@Nullable Object> effect, Fate fate, Reply reply) {
    if (fate == Fate.LOST_BEFORE || server.away) {
      lost(reply);
      return;
    }
    server.callersOffset = owner.clockOffset;
    Object answer = effect.get();
    if (fate == Fate.TWICE) {
      answer = effect.get();
    }
    world.mix(answer == null ? 0 : answer instanceof Throwable ? 1 : fate.ordinal() + 2);
    if (fate == Fate.LOST_AFTER) {
      lost(reply);
      return;
    }
    Object said = answer;
    world.after(faults.redisLatency(), owner, () -> reply.end(said));
  }

  /** Noticed at once or, as often, not before the time limit. */
  private void lost(Reply reply) {
    world.note("redis: lost " + owner.name);
    if (world.chance(0.5)) {
      world.after(
          faults.redisLatency(), owner, () -> reply.fail(new RedisException("connection lost")));
    }
  }

  private static final class Timeout extends RedisCommandTimeoutException {
    private static final long serialVersionUID = 1L;

    Timeout() {
      super("timed out");
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
      return this;
    }
  }

  private static final class Reply extends CompletableFuture<Object>
      implements RedisFuture<Object> {

    private @Nullable Disposable limit;

    void end(@Nullable Object answer) {
      if (limit != null) {
        limit.dispose();
      }
      if (answer instanceof Throwable failure) {
        completeExceptionally(failure);
      } else {
        complete(answer);
      }
    }

    void fail(Throwable failure) {
      completeExceptionally(failure);
    }

    @Override
    public String getError() {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean await(long timeout, TimeUnit unit) {
      throw new UnsupportedOperationException("nobody waits here");
    }
  }
}
