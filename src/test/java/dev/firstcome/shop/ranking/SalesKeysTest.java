package dev.firstcome.shop.ranking;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.infra.redis.RedisParts;
import io.lettuce.core.cluster.SlotHash;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

class SalesKeysTest {

  /** Also those that the scripts make themselves: a prefix and a minute. */
  @Test
  void areInOneSlotWhateverTheMinute() {
    List<List<String>> sent = new ArrayList<>();
    SalesScripts scripts = new SalesScripts(RedisParts.recording(sent), new Window());
    UUID token = UUID.randomUUID();
    Flux.just(
            scripts.top(5),
            scripts.state(token),
            scripts.begin(token, token),
            scripts.project(token, token, null, List.of()))
        .concatMap(call -> call.then().onErrorResume(asExpected -> Mono.empty()))
        .blockLast();

    assertThat(sent).hasSize(4);
    assertThat(sent.stream().flatMap(List::stream).map(key -> SlotHash.getSlot(key + "29000000")))
        .hasSize(12)
        .containsOnly(SlotHash.getSlot("popular"));
  }
}
