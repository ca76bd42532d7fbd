package dev.firstcome.harness;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.harness.TestCode.Call;
import dev.firstcome.harness.TestCode.Lambda;
import dev.firstcome.harness.TestCode.Method;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Tests wait for conditions, never for a time, and never on a thread that has other work: so what
 * comes of them depends neither on the thread that a signal comes on nor on how fast it comes.
 */
class WaitingTest {

  /** Who waits for a time, and why no condition will do. */
  private static final Map<String, String> FOR_A_TIME =
      Map.ofEntries(
          entry("Cable", "a slow wire is slow"),
          entry("House", "an answer that comes piece by piece"),
          entry("SlowBodiesIT", "honest buyers who order at a steady pace"),
          entry("EmbeddedRedis", "asks again whether the server is there"),
          entry("Stores", "asks again whether a process has ended"),
          entry("NoBlocking", "shows that blocking is seen"),
          entry("EventLoopMonitorTest", "holds a loop up, which is to be seen"),
          entry("KeepaliveLoopResourcesTest", "a connection that must not be closed meanwhile"),
          entry("MultiLockIT", "a lease that must not end meanwhile, and work that takes a while"),
          entry("ClusterIT", "a gate that must not be asked meanwhile"),
          entry("SilentRedisIT", "requests that must all be good meanwhile"),
          entry("TwoInstancesIT", "a comparison that must not happen meanwhile"),
          entry("DeadPeerIT", "a crowd that is refused asks again, but not at once"),
          entry("OrderLifeIT", "payments that come within a second; asks again while refused"),
          entry("OrderRaceIT", "asks again while refused"),
          entry("RefundIT", "asks again while refused"),
          entry(
              "ReturningCrowdHttpTest", "clients who come back when they are told, to the second"),
          entry("LineIT", "a line that must rest for a while"),
          entry("LedgerIT", "a transaction that stays open, and a reader who polls meanwhile"),
          entry("DropIT", "asks again while the drop is refused"),
          entry("DropRaceIT", "a crowd that asks again, and a pause in its midst"));

  /** Programs with a timetable of their own: minutes of load, and faults in it. */
  private static final String TIMETABLES = "dev/firstcome/faults/.*";

  private final TestCode code;

  WaitingTest() throws IOException {
    code = TestCode.read();
  }

  @Test
  void nothingBlocksInWhatReactorCalls() {
    Set<Method> blocking = code.callersOf(WaitingTest::blocks);
    List<Lambda> found =
        code.lambdas().stream()
            .filter(lambda -> TestCode.isLater(lambda.taker()))
            // Made for it, and subscribed to on a thread of its own.
            .filter(lambda -> !lambda.taker().name().equals("fromCallable"))
            .filter(lambda -> blocks(lambda.body()) || blocking.contains(lambda.body()))
            .filter(lambda -> !FOR_A_TIME.containsKey(lambda.type()))
            .toList();
    assertThat(found).isEmpty();
  }

  private static boolean blocks(Method target) {
    return target.is(
            "reactor/core/publisher/.*",
            "block|blockFirst|blockLast|blockOptional|toIterable|toStream")
        || target.is("reactor/test/.*", "verify.*")
        || target.is("java/lang/Thread", "sleep|join")
        || target.is("java/util/concurrent/locks/LockSupport", "park.*")
        || target.is("java/util/concurrent/.*Future", "get|join")
        || target.is("java/util/concurrent/.*", "await|take|sleep")
        || target.is("org/awaitility/core/ConditionFactory", "until.*");
  }

  @Test
  void onlyTheseWaitForATime() {
    Map<String, List<Call>> found =
        code.calls().stream()
            .filter(call -> !call.caller().matches(TIMETABLES) && waitsForATime(call.target()))
            .collect(Collectors.groupingBy(Call::type));
    assertThat(found).containsOnlyKeys(FOR_A_TIME.keySet());
  }

  private static boolean waitsForATime(Method target) {
    return target.is("java/lang/Thread", "sleep|onSpinWait")
        || target.is("java/util/concurrent/TimeUnit", "sleep")
        || target.is("java/util/concurrent/locks/LockSupport", "parkNanos|parkUntil")
        || target.is("org/awaitility/core/ConditionFactory", "during|pollDelay|atLeast|between")
        || target.is("reactor/core/publisher/.*", "delay(Element|Elements|Subscription|Sequence)?")
        || target.is("reactor/test/StepVerifier.*", "thenAwait|expectNoEvent");
  }
}
