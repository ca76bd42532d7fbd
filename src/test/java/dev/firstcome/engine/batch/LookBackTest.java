package dev.firstcome.engine.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What is looked at again, and what is not. */
class LookBackTest {

  private long now = -5_000_000_000L;
  private final LookBack look = new LookBack(() -> now);

  private void pass(int seconds) {
    now += Duration.ofSeconds(seconds).toNanos();
  }

  @Test
  void looksAtEverythingUntilNothingWasLeft() {
    assertThat(look.next()).isEqualTo(LookBack.EVERYTHING);
    look.done(false);
    assertThat(look.next()).isEqualTo(LookBack.EVERYTHING);
    look.done(true);
    pass(1);
    assertThat(look.next()).isEqualTo(Duration.ofSeconds(11));
  }

  @Test
  void looksAtWhatHasComeSinceTheLastLookThatLeftNothing() {
    look.next();
    look.done(true);
    pass(10);
    look.next();
    look.done(false);
    pass(10);
    assertThat(look.next()).isEqualTo(Duration.ofSeconds(30));
  }

  @Test
  void countsNoLookThatFailed() {
    look.next();
    look.done(true);
    pass(10);
    look.next();
    pass(5);
    assertThat(look.next()).isEqualTo(Duration.ofSeconds(25));
  }

  @Test
  void looksAtEverythingTwiceAMinute() {
    look.next();
    look.done(true);
    pass(30);
    assertThat(look.next()).isEqualTo(LookBack.EVERYTHING);
    look.done(true);
    pass(29);
    assertThat(look.next()).isEqualTo(Duration.ofSeconds(39));
    look.done(true);
    pass(1);
    assertThat(look.next()).isEqualTo(LookBack.EVERYTHING);
  }

  @Test
  void goesOnWithEverythingWhileOldEventsAreLeft() {
    look.next();
    look.done(true);
    pass(30);
    look.next();
    look.done(false);
    pass(1);
    assertThat(look.next()).isEqualTo(LookBack.EVERYTHING);
  }

  @Test
  void looksBackAsFarAsTheOldestThatWasLeft() {
    look.next();
    pass(1);
    look.left(Duration.ofSeconds(6));
    assertThat(look.next()).isEqualTo(Duration.ofSeconds(16));
    look.left(Duration.ZERO);
    pass(1);
    assertThat(look.next()).isEqualTo(Duration.ofSeconds(11));
  }

  /** What comes while it looks is for the next look. */
  @Test
  void countsFromItsBeginningIfItLeftNothing() {
    look.next();
    pass(3);
    look.left(Duration.ofSeconds(1));
    assertThat(look.next()).isEqualTo(Duration.ofSeconds(13));
  }
}
