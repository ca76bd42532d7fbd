package dev.firstcome.engine.webhook;

import static dev.firstcome.harness.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.dev.Shopper;
import dev.firstcome.dev.Shopper.Answer;
import dev.firstcome.dev.Tokens;
import java.util.List;
import java.util.UUID;
import org.springframework.http.HttpMethod;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Somebody with points who orders and pays. */
final class Customer {

  private final Shopper shopper;

  Customer(Tokens tokens, int port) {
    String user = UUID.randomUUID().toString();
    shopper = new Shopper(user, tokens.user(user), List.of(port));
    assertThat(shopper.send(HttpMethod.PATCH, "/points", "charge", "{\"amount\":1000000}").code())
        .isEqualTo(200);
  }

  String userId() {
    return shopper.userId();
  }

  List<String> orders(int number, long product, int quantity) {
    String body = "{\"items\":[{\"productId\":%s,\"quantity\":%s}]}".formatted(product, quantity);
    return Shopper.atOnce(
            number,
            i -> shopper.sending(HttpMethod.POST, "/orders", UUID.randomUUID().toString(), body))
        .stream()
        .map(Customer::id)
        .toList();
  }

  /** The payment's id. */
  Mono<String> paying(String order) {
    String body = "{\"orderId\":\"" + order + "\"}";
    return shopper
        .sending(HttpMethod.POST, "/payments", UUID.randomUUID().toString(), body)
        .map(Customer::id);
  }

  /** The payments' ids. */
  List<String> pay(int number, long product) {
    List<String> orders = orders(number, product, 1);
    return Flux.fromIterable(orders)
        .flatMap(this::paying, 32)
        .collectList()
        .blockOptional(SOON)
        .orElseThrow();
  }

  private static String id(Answer answer) {
    assertThat(answer.outcome()).isEqualTo("201");
    return answer.body().path("id").asString();
  }
}
