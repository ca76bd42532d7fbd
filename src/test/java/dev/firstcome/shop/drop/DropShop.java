package dev.firstcome.shop.drop;

import dev.firstcome.dev.SecondShop;
import dev.firstcome.dev.Shopper;
import dev.firstcome.dev.Shopper.Answer;
import dev.firstcome.dev.Tokens;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.springframework.http.HttpMethod;
import reactor.core.publisher.Mono;

/** Two instances of the shop, an operator and their customers, for tests of drops and limits. */
public final class DropShop {

  private final Tokens tokens;
  private final List<Integer> ports;
  public final Shopper operator;

  public DropShop(Tokens tokens, int port) {
    this(tokens, port, SecondShop.port());
  }

  public DropShop(Tokens tokens, int port, int second) {
    this.tokens = tokens;
    this.ports = List.of(port, second);
    String admin = UUID.randomUUID().toString();
    this.operator = new Shopper(admin, tokens.admin(admin), ports);
  }

  public Shopper shopper() {
    String user = UUID.randomUUID().toString();
    return new Shopper(user, tokens.user(user), ports);
  }

  public static Mono<Answer> order(Shopper shopper, String key, long... productsAndUnits) {
    return shopper.sending(HttpMethod.POST, "/orders", key, orderBody(productsAndUnits));
  }

  public static String orderBody(long... productsAndUnits) {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < productsAndUnits.length; i += 2) {
      lines.add(
          "{\"productId\":%s,\"quantity\":%s}"
              .formatted(productsAndUnits[i], productsAndUnits[i + 1]));
    }
    return "{\"items\":[" + String.join(",", lines) + "]}";
  }

  public Answer now(Mono<Answer> request) {
    return Shopper.atOnce(1, i -> request).get(0);
  }

  void limit(long product, String maxPerUser) {
    changed("/admin/products/" + product, "{\"maxPerUser\":" + maxPerUser + "}");
  }

  /** A drop of these products; members may follow, such as {@code ,"maxPerUser":2}. */
  public long drop(Instant opensAt, String more, long... products) {
    Answer answer =
        operator.send(HttpMethod.POST, "/admin/drops", dropBody(opensAt, more, products));
    if (answer.code() != 201) {
      throw new IllegalStateException(answer.toString());
    }
    return answer.body().get("id").asLong();
  }

  public static String dropBody(Instant opensAt, String more, long... products) {
    return "{\"name\":\"drop\",\"productIds\":%s,\"opensAt\":\"%s\"%s}"
        .formatted(java.util.Arrays.toString(products), opensAt, more);
  }

  public Answer changed(String path, String body) {
    Answer answer = operator.send(HttpMethod.PATCH, path, body);
    if (answer.code() != 200) {
      throw new IllegalStateException(answer.toString());
    }
    return answer;
  }

  public Answer change(long drop, String body) {
    return changed("/admin/drops/" + drop, body);
  }
}
