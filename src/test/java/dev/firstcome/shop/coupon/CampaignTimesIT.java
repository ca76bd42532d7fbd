package dev.firstcome.shop.coupon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.dev.ShopTest;
import dev.firstcome.dev.Shopper;
import dev.firstcome.dev.Shopper.Answer;
import dev.firstcome.dev.Tokens;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpMethod;

/** Times of a campaign that PostgreSQL would take for other ones, or for none. */
@ShopTest
class CampaignTimesIT {

  @Autowired private Tokens tokens;
  @LocalServerPort private int port;
  private Shopper administrator;

  @BeforeEach
  void enter() {
    administrator = new Shopper("root", tokens.admin("root"), List.of(port));
  }

  private Answer create(String from, String until, String valid) {
    return administrator.send(
        HttpMethod.POST,
        "/admin/coupons",
        """
        {"name": "times", "discount": {"type": "FIXED", "value": 1}, "totalQuantity": 1,
         "issuableFrom": "%s", "issuableUntil": "%s", "validUntil": "%s"}
        """
            .formatted(from, until, valid));
  }

  @ParameterizedTest
  @CsvSource({
    // Within one microsecond: this was 500.
    "2026-01-01T00:00:00.0000001Z, 2026-01-01T00:00:00.0000002Z, 2027-01-01T00:00:00Z",
    "2026-01-01T00:00:00.0000009Z, 2026-01-01T00:00:00.0000001Z, 2027-01-01T00:00:00Z",
    "2026-01-01T00:00:00Z, 2026-02-01T00:00:00Z, 9999-12-31T23:59:59-00:01",
    "2026-01-01T00:00:00Z, 2026-02-01T00:00:00Z, +10000-01-01T00:00:00Z",
    "2026-12-31T23:59:60Z, 2027-02-01T00:00:00Z, 2028-01-01T00:00:00Z",
  })
  void areRefusedIfTheyAreNone(String from, String until, String valid) {
    assertThat(create(from, until, valid).outcome()).isEqualTo("400 INVALID_REQUEST");
  }

  @Test
  void areAnsweredAsTheyWereUnderstoodAndAcceptedAsTheyWereAnswered() {
    Answer first =
        create(
            "2026-01-01T00:00:00.1234567Z",
            "2026-12-31T23:59:59.9999999Z",
            "9999-12-31T23:59:59.9999999Z");
    assertThat(first.code()).isEqualTo(201);
    String from = first.body().path("issuableFrom").asString();
    String until = first.body().path("issuableUntil").asString();
    String valid = first.body().path("validUntil").asString();
    assertThat(from).isEqualTo("2026-01-01T00:00:00.123456Z");
    assertThat(until).isEqualTo("2026-12-31T23:59:59.999999Z");
    assertThat(valid).isEqualTo("9999-12-31T23:59:59.999999Z");
    Answer again = create(from, until, valid);
    assertThat(again.body().path("issuableFrom").asString()).isEqualTo(from);
    Answer read = administrator.get("/coupons/" + again.body().path("id").asLong());
    assertThat(read.body().path("issuableUntil").asString()).isEqualTo(until);
    assertThat(read.body().path("validUntil").asString()).isEqualTo(valid);
  }
}
