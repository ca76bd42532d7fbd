package dev.firstcome.http.dispatch;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One part of a list, as it is answered.
 *
 * @param nextCursor where to go on; null at the end
 */
public record Slice<T>(List<T> items, @Nullable String nextCursor) {

  /**
   * @param rows at most {@link Paging#rows()} of them: the last one only tells that there are more
   * @param list the list's name, the same as in {@link Paging#after}
   * @param position where a row stands, as text that {@code after} can parse
   */
  public static <T> Slice<T> of(
      List<T> rows, Paging paging, String list, Function<? super T, String> position) {
    if (rows.size() <= paging.limit()) {
      return new Slice<>(rows, null);
    }
    List<T> items = List.copyOf(rows.subList(0, paging.limit()));
    T last = items.get(items.size() - 1);
    return new Slice<>(items, Paging.cursor(list, position.apply(last)));
  }

  /**
   * A part that is not full although there may be more: what was looked through is bounded.
   *
   * @param position from where on to look
   */
  public static <T> Slice<T> goingOn(List<T> items, String list, String position) {
    return new Slice<>(items, Paging.cursor(list, position));
  }

  /** The same part of the list with each item in its answered form. */
  public <R> Slice<R> map(Function<? super T, ? extends R> form) {
    return new Slice<>(items.stream().<R>map(form).toList(), nextCursor);
  }
}
