package dev.firstcome.infra.redis;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.springframework.core.io.DefaultResourceLoader;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.util.StringUtils;

/**
 * A Lua program of {@code src/main/resources/redis}: one file a script, whose header is its
 * contract.
 *
 * @param sha its SHA-1 in hex, by which Redis knows it
 */
public record Script(String name, String source, String sha) {

  private static final String FOLDER = "classpath:/redis/";

  /**
   * @param name the file's name without {@code .lua}
   * @throws UncheckedIOException if there is no such file
   */
  public static Script named(String name) {
    return of(new DefaultResourceLoader().getResource(FOLDER + name + ".lua"));
  }

  /** Every script there is. */
  static List<Script> all() {
    try {
      return Arrays.stream(new PathMatchingResourcePatternResolver().getResources(FOLDER + "*.lua"))
          .map(Script::of)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Script of(Resource file) {
    try {
      String source = file.getContentAsString(StandardCharsets.UTF_8);
      byte[] sha =
          MessageDigest.getInstance("SHA-1").digest(source.getBytes(StandardCharsets.UTF_8));
      String name = StringUtils.stripFilenameExtension(requireNonNull(file.getFilename()));
      return new Script(name, source, HexFormat.of().formatHex(sha));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-1", e);
    }
  }
}
