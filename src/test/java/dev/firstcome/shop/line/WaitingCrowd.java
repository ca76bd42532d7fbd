package dev.firstcome.shop.line;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.firstcome.dev.Sql;
import java.security.GeneralSecurityException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A crowd in front of a drop that need not join by HTTP, and the lots that its seed gives them. */
record WaitingCrowd(Sql sql) {

  /**
   * Tickets from before the opening, whose users are heard of or not.
   *
   * @return the users in the order of their lots, the one that the shuffle gives them
   */
  List<String> waits(long drop, int users, int absent) throws GeneralSecurityException {
    Mac mac =
        hmac(
            sql.column("SELECT encode(seed, 'hex') FROM drop_lines WHERE drop_id = $1", drop)
                .get(0));
    String[] ids =
        IntStream.rangeClosed(1, users).mapToObj(i -> drop + "-" + i).toArray(String[]::new);
    String[] lots = Stream.of(ids).map(user -> lot(mac, user)).toArray(String[]::new);
    sql.run(
        """
        INSERT INTO tickets (drop_id, user_id, status, pooled, lot, heard_at)
        SELECT $1, user_id, 'WAITING', true, decode(lot, 'hex'),
          CASE WHEN i <= $4 THEN now() - interval '1 hour' ELSE now() + interval '1 hour' END
        FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS c (user_id, lot, i)
        """,
        drop,
        ids,
        lots,
        absent);
    sql.run("UPDATE drop_lines SET waiting = waiting + $2 WHERE drop_id = $1", drop, (long) users);
    return IntStream.range(0, users)
        .boxed()
        .sorted(Comparator.comparing(i -> lots[i]))
        .map(i -> ids[i])
        .toList();
  }

  static Mac hmac(String seed) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(HexFormat.of().parseHex(seed), "HmacSHA256"));
    return mac;
  }

  static String lot(Mac mac, String user) {
    return HexFormat.of().formatHex(mac.doFinal(user.getBytes(UTF_8)));
  }
}
