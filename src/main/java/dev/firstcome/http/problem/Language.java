package dev.firstcome.http.problem;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.List;
import java.util.Locale;
import java.util.Locale.LanguageRange;
import org.jspecify.annotations.Nullable;

/** Which of our languages a client understands best. */
final class Language {

  private static final List<Locale> OURS = List.of(Locale.ENGLISH, Locale.KOREAN);

  /** Browsers send few different headers, and a refusal must stay cheap when all are refused. */
  private static final Cache<String, Locale> KNOWN = Caffeine.newBuilder().maximumSize(256).build();

  /** Nobody speaks so many languages: a longer header is not worth its parsing. */
  private static final int LONGEST_HEADER = 512;

  private Language() {}

  /** By {@code Accept-Language} with its weights (RFC 4647 lookup); English when in doubt. */
  static Locale preferred(@Nullable String acceptLanguage) {
    if (acceptLanguage == null || acceptLanguage.length() > LONGEST_HEADER) {
      return Locale.ENGLISH;
    }
    return KNOWN.get(acceptLanguage, Language::lookup);
  }

  private static Locale lookup(String acceptLanguage) {
    try {
      List<LanguageRange> ranges =
          LanguageRange.parse(acceptLanguage).stream().filter(r -> r.getWeight() > 0).toList();
      Locale best = Locale.lookup(ranges, OURS);
      return best == null ? Locale.ENGLISH : best;
    } catch (IllegalArgumentException | IndexOutOfBoundsException malformed) {
      // The JDK's parser trips over a lone hyphen.
      return Locale.ENGLISH;
    }
  }
}
