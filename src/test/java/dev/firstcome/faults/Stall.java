package dev.firstcome.faults;

import dev.firstcome.dev.Tokens;
import dev.firstcome.faults.Crowd.Market;
import dev.firstcome.faults.Request.Answer;
import dev.firstcome.faults.Request.Verb;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Puts things on sale, and asks for them once. */
record Stall(Door door, Tokens tokens) {

  private static final int ATTEMPTS = 20;

  Market open(List<Integer> stocks, List<Integer> quantities)
      throws IOException, InterruptedException {
    List<Long> products = new ArrayList<>();
    for (int stock : stocks) {
      products.add(
          create(
              "/admin/products",
              "{\"name\":\"drop\",\"price\":10000,\"stock\":%d}".formatted(stock)));
    }
    List<Long> campaigns = new ArrayList<>();
    Instant now = Instant.now();
    for (int quantity : quantities) {
      campaigns.add(
          create(
              "/admin/coupons",
              """
              {"name":"drop","discount":{"type":"FIXED","value":1000},"totalQuantity":%d,
              "issuableFrom":"%s","issuableUntil":"%s","validUntil":"%s"}
              """
                  .formatted(
                      quantity,
                      now.minus(Duration.ofHours(1)),
                      now.plus(Duration.ofHours(11)),
                      now.plus(Duration.ofHours(12)))));
    }
    return new Market(products, campaigns);
  }

  private long create(String path, String body) throws IOException, InterruptedException {
    Request request = new Request(Verb.CREATE, "admin", tokens.admin("admin"), path, "", body);
    for (int i = 0; i < ATTEMPTS; i++) {
      Answer answer = door.ask(request, i % door.instances(), Door.PATIENT);
      if (answer.isSuccess()) {
        return answer.body().path("id").asLong();
      }
      Thread.sleep(500);
    }
    throw new IOException("nothing can be put on sale: " + request);
  }

  /** Asks each instance for one of each; what is sold out is refused, and known all the same. */
  void visit(Market market, String prefix) throws InterruptedException {
    for (int instance = 0; instance < door.instances(); instance++) {
      String user = prefix + instance;
      String token = tokens.user(user);
      for (long product : market.products()) {
        String body = "{\"items\":[{\"productId\":%d,\"quantity\":1}]}".formatted(product);
        String key = "visit-" + product;
        door.ask(
            new Request(Verb.ORDER, user, token, "/orders", key, body), instance, Door.PATIENT);
      }
      for (long campaign : market.campaigns()) {
        String path = "/coupons/" + campaign + "/issue";
        door.ask(new Request(Verb.COUPON, user, token, path, "", ""), instance, Door.PATIENT);
      }
    }
  }
}
