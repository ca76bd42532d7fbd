package dev.firstcome.shop.audit;

import dev.firstcome.http.dispatch.EntityTag;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/**
 * What an administrative change is answered with.
 *
 * @param location the path of what was made; null if nothing was
 * @param tag the version that the body shows; null for what has none
 * @param body is sent as JSON; null for none
 * @param replayed whether it had been so before, whatever key asked for it
 */
public record AdminAnswer(
    HttpStatus status,
    @Nullable String location,
    @Nullable EntityTag tag,
    @Nullable Object body,
    boolean replayed) {

  public static AdminAnswer ok(Object body) {
    return new AdminAnswer(HttpStatus.OK, null, null, body, false);
  }

  public static AdminAnswer ok(Object body, EntityTag tag) {
    return new AdminAnswer(HttpStatus.OK, null, tag, body, false);
  }

  /** 201 for what has no address of its own. */
  public static AdminAnswer created(Object body) {
    return new AdminAnswer(HttpStatus.CREATED, null, null, body, false);
  }

  public static AdminAnswer created(String location, Object body, EntityTag tag) {
    return new AdminAnswer(HttpStatus.CREATED, location, tag, body, false);
  }

  public static AdminAnswer accepted(@Nullable Object body) {
    return new AdminAnswer(HttpStatus.ACCEPTED, null, null, body, false);
  }

  /** The answer to a request for what had been done already. */
  public AdminAnswer replayed(boolean before) {
    return new AdminAnswer(status, location, tag, body, before);
  }
}
