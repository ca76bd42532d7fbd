package dev.firstcome.faults;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/**
 * A request as its client remembers it: what was asked, and what was heard each time. It is one
 * request however often it is sent, because its key, or its path, names it.
 */
final class Request {

  enum Verb {
    CHARGE("PATCH"),
    COUPON("POST"),
    ORDER("POST"),
    PAY("POST"),
    CANCEL("POST"),
    ADJUST("POST"),
    CREATE("POST"),
    LOOK("GET");

    private final String method;

    Verb(String method) {
      this.method = method;
    }

    String method() {
      return method;
    }
  }

  /**
   * What came back.
   *
   * @param status 0 if nothing did
   * @param code of a refusal, or what kind of silence it was
   * @param sent in nanoseconds, as {@code at}, when it was complete
   */
  record Answer(
      int status,
      String code,
      JsonNode body,
      boolean replayed,
      int instance,
      long sent,
      long at,
      @Nullable String flaw) {

    static Answer silence(String kind, int instance, long sent) {
      return new Answer(
          0, kind, MissingNode.getInstance(), false, instance, sent, System.nanoTime(), null);
    }

    boolean isSuccess() {
      return status >= 200 && status < 300;
    }

    /** Whether it says what became of the request. */
    boolean isCertain() {
      return status >= 200 && status < 500;
    }

    /** For people: {@code 409 COUPON_SOLD_OUT}. */
    String outcome() {
      return (status == 0 ? code : status + " " + code).trim();
    }
  }

  private final Verb verb;
  private final String user;
  private final String token;
  private final String path;
  private final String key;
  private final String body;
  private final List<Answer> answers = new CopyOnWriteArrayList<>();

  /**
   * @param key the Idempotency-Key; empty where the path says all
   */
  Request(Verb verb, String user, String token, String path, String key, String body) {
    this.verb = verb;
    this.user = user;
    this.token = token;
    this.path = path;
    this.key = key;
    this.body = body;
  }

  Verb verb() {
    return verb;
  }

  String user() {
    return user;
  }

  String token() {
    return token;
  }

  String path() {
    return path;
  }

  String key() {
    return key;
  }

  String body() {
    return body;
  }

  List<Answer> answers() {
    return answers;
  }

  boolean isSettled() {
    return answers.stream().anyMatch(Answer::isCertain);
  }

  /** The first 2xx; null if there was none. */
  @Nullable Answer success() {
    return answers.stream().filter(Answer::isSuccess).findFirst().orElse(null);
  }

  /** Whether it was refused each time that it was asked: then nothing of it may be there. */
  boolean isRefused() {
    return !answers.isEmpty() && answers.stream().allMatch(a -> a.isCertain() && !a.isSuccess());
  }

  @Override
  public String toString() {
    return "%s %s %s %s by %s: %s"
        .formatted(verb, path, key, body, user, answers.stream().map(Answer::outcome).toList());
  }
}
