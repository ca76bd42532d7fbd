package dev.firstcome.http.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firstcome.refusal.Refused;
import java.util.List;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PagingTest {

  private static @Nullable Long position(@Nullable String cursor, String list) {
    return Paging.of(null, cursor).after(list, Long::valueOf);
  }

  @Test
  void givesTwentyUnlessAskedOtherwise() {
    assertThat(Paging.of(null, null).limit()).isEqualTo(20);
    assertThat(Paging.of("1", null).rows()).isEqualTo(2);
    assertThat(Paging.of("100", "").limit()).isEqualTo(100);
    assertThat(position(null, "list")).isNull();
  }

  @Test
  void refusesACursorOfAnotherList() {
    String cursor = Paging.cursor("orders", "17");
    assertThat(position(cursor, "orders")).isEqualTo(17L);
    assertThatThrownBy(() -> Paging.of(null, cursor).after("points", Long::valueOf))
        .isInstanceOf(Refused.class);
  }

  @Test
  void refusesACursorOfATimeThatTheDatabaseCannotCompare() {
    for (String time : List.of("+294277-01-01T00:00:00Z", "-4714-01-01T00:00:00Z")) {
      String cursor = Paging.cursor("orders", time + " 1-1-1-1-1");
      assertThatThrownBy(() -> Paging.of(null, cursor).after("orders", TimePosition::parse))
          .isInstanceOf(Refused.class);
    }
    String newest = Paging.cursor("orders", TimePosition.NEWEST.text());
    assertThat(Paging.of(null, newest).after("orders", TimePosition::parse))
        .isEqualTo(TimePosition.NEWEST);
  }

  @Test
  void refusesACursorWhosePositionTheListCannotRead() {
    String cursor = Paging.cursor("orders", "yesterday");
    assertThatThrownBy(() -> Paging.of(null, cursor).after("orders", Long::valueOf))
        .isInstanceOf(Refused.class);
  }

  @Property
  void givesBackThePositionItWasMadeFrom(@ForAll long position) {
    String cursor = Paging.cursor("list", Long.toString(position));
    assertThat(cursor).matches("[A-Za-z0-9_-]+");
    assertThat(position(cursor, "list")).isEqualTo(position);
  }

  @Property
  void refusesAnythingThatIsNotItsOwn(@ForAll @StringLength(min = 1, max = 300) String text) {
    assertThatThrownBy(() -> Paging.of(null, text).after("list", Long::valueOf))
        .isInstanceOf(Refused.class);
  }

  @Property
  void refusesACursorWithOneCharacterChanged(
      @ForAll @IntRange(max = 7) int at, @ForAll @IntRange(min = 1, max = 20) int by) {
    char[] cursor = Paging.cursor("list", "12345678").toCharArray();
    String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    cursor[at] = alphabet.charAt((alphabet.indexOf(cursor[at]) + by) % 64);
    assertThatThrownBy(() -> Paging.of(null, new String(cursor)).after("list", Function::identity))
        .isInstanceOf(Refused.class);
  }

  /** A parser that takes everything, so that only the checksum refuses. */
  private static final class Function {
    static String identity(String position) {
      return position;
    }
  }

  @Property
  void listsEverythingExactlyOnce(
      @ForAll @IntRange(max = 60) int total, @ForAll @IntRange(min = 1, max = 25) int limit) {
    List<Long> all = LongStream.rangeClosed(1, total).boxed().toList();
    List<Long> seen = new java.util.ArrayList<>();
    String cursor = null;
    do {
      Paging paging = Paging.of(Integer.toString(limit), cursor);
      Long after = paging.after("list", Long::valueOf);
      int from = after == null ? 0 : Math.toIntExact(after);
      List<Long> rows = all.subList(from, Math.min(total, from + paging.rows()));
      Slice<Long> slice = Slice.of(rows, paging, "list", String::valueOf);
      seen.addAll(slice.items());
      cursor = slice.nextCursor();
    } while (cursor != null);
    assertThat(seen).isEqualTo(all);
  }
}
