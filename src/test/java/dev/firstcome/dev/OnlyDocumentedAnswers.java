package dev.firstcome.dev;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firstcome.dev.ApiDocument.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails the test during which any shop of this JVM gave an answer that its document does not
 * describe, whoever asked. Answers are noted by {@link AnswerNotes} and judged here, on the test's
 * own thread: an event loop has no time for it.
 */
public final class OnlyDocumentedAnswers implements AfterEachCallback, AfterAllCallback {

  /** So many tell enough. */
  private static final int SHOWN = 10;

  private static final Queue<Answer> GIVEN = new ConcurrentLinkedQueue<>();

  /** Read when the first answer is there: most tests have no shop. */
  private static final class Served {
    static final ApiDocument DOCUMENT = ApiDocument.read();
    static final Set<String> INSTANTS = DOCUMENT.instants();
  }

  static void note(Answer answer) {
    GIVEN.add(answer);
  }

  /** Answers that were noted and not yet judged. */
  static int waiting() {
    return GIVEN.size();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    judge();
  }

  /** Those that came after the last test, too. */
  @Override
  public void afterAll(ExtensionContext context) {
    judge();
  }

  private static void judge() {
    List<String> faults = new ArrayList<>();
    for (Answer answer = GIVEN.poll(); answer != null; answer = GIVEN.poll()) {
      List<String> found = new ArrayList<>(Served.DOCUMENT.faults(answer));
      found.addAll(
          AnswerRules.faults(answer, Served.DOCUMENT.pathOf(answer.path()), Served.INSTANTS));
      if (!found.isEmpty() && faults.size() < SHOWN) {
        faults.add(answer + "\n  " + String.join("\n  ", found));
      }
    }
    assertThat(faults).as("answers that openapi.json or the contract does not describe").isEmpty();
  }
}
