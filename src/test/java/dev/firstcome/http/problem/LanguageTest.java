package dev.firstcome.http.problem;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LanguageTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ko | ko",
        "ko-KR | ko",
        "KO | ko",
        "ko-KR,ko;q=0.9,en;q=0.8 | ko",
        "en-US,en;q=0.9,ko;q=0.8 | en",
        "en;q=0.5,ko;q=0.9 | ko",
        "ko;q=0,en | en",
        "ko;q=0 | en",
        "fr,ko;q=0.3 | ko",
        "fr,de | en",
        "* | en",
        "fr;q=0.9,*;q=0.1 | en",
        "nonsense;;q=x | en",
        "- | en",
        "-;q=1,ko | en",
        "'' | en"
      })
  void speaksTheLanguageThatTheClientUnderstandsBest(String header, String language) {
    assertThat(Language.preferred(header).toLanguageTag()).isEqualTo(language);
  }

  @Test
  void speaksEnglishToWhoAsksForNothingOrForTooMuch() {
    assertThat(Language.preferred(null).toLanguageTag()).isEqualTo("en");
    assertThat(Language.preferred("ko,".repeat(1000)).toLanguageTag()).isEqualTo("en");
  }
}
