package dev.firstcome.dev;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/** PostgreSQL's programs from the Maven artefact, unpacked once a user. */
final class PostgresBinaries {

  private PostgresBinaries() {}

  /**
   * The folder with {@code bin}, {@code lib} and {@code share}.
   *
   * @throws IllegalStateException if the class path has no binaries for this machine
   */
  static Path unpacked(WorkFolder work) throws IOException {
    String archive = archive(System.getProperty("os.name"), System.getProperty("os.arch"));
    try (InputStream packed = PostgresBinaries.class.getResourceAsStream(archive)) {
      if (packed == null) {
        throw new IllegalStateException(
            "no embedded PostgreSQL for this machine (%s): use FIRSTCOME_SERVERS=containers, or configure a URL"
                .formatted(archive));
      }
      Path home = work.base().resolve(folder(archive));
      if (!isWhole(home)) {
        Path fresh = Files.createDirectory(work.path().resolve("unpacking"));
        Files.writeString(fresh.resolve("entries"), String.valueOf(unpack(packed, fresh)));
        publish(fresh, home, work.path().resolve("incomplete"));
      }
      return home;
    }
  }

  static String archive(String system, String machine) {
    String os = system.toLowerCase(Locale.ROOT).startsWith("mac") ? "darwin" : "linux";
    String arch = machine.equals("aarch64") ? "arm_64" : "x86_64";
    return "/postgres-%s-%s.txz".formatted(os, arch);
  }

  /** Named by size, so that a newer artefact is not taken for an older one's folder. */
  private static String folder(String archive) throws IOException {
    long size = 0;
    var url = PostgresBinaries.class.getResource(archive);
    if (url != null) {
      size = url.openConnection().getContentLengthLong();
    }
    return archive.substring(1).replace(".txz", "-" + size);
  }

  /** Temporary folders are tidied file by file: one that lost some is not used. */
  private static boolean isWhole(Path home) throws IOException {
    Path entries = home.resolve("entries");
    return Files.exists(entries) && Files.readString(entries).equals(String.valueOf(count(home)));
  }

  private static long count(Path home) throws IOException {
    try (Stream<Path> all = Files.walk(home)) {
      return all.count();
    }
  }

  /** A rename shows all of it at once; whoever comes second uses the first one's, the same. */
  private static void publish(Path fresh, Path home, Path aside) throws IOException {
    if (Files.exists(home) && !isWhole(home)) {
      Files.move(home, aside, StandardCopyOption.ATOMIC_MOVE);
    }
    try {
      Files.move(fresh, home, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      if (!isWhole(home)) {
        throw e;
      }
    }
  }

  private static long unpack(InputStream packed, Path target) throws IOException {
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(packed)))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        Path path = target.resolve(entry.getName()).normalize();
        if (!path.startsWith(target)) {
          throw new IOException("outside of the archive: " + entry.getName());
        }
        if (entry.isDirectory()) {
          Files.createDirectories(path);
        } else {
          write(tar, entry, path);
        }
      }
    }
    // The entries file itself comes on top.
    return count(target) + 1;
  }

  private static void write(TarArchiveInputStream tar, TarArchiveEntry entry, Path path)
      throws IOException {
    Path folder = Objects.requireNonNull(path.getParent());
    Files.createDirectories(folder);
    if (entry.isSymbolicLink()) {
      Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
      return;
    }
    Files.copy(tar, path);
    if (folder.endsWith("bin") && !path.toFile().setExecutable(true, false)) {
      throw new IOException("cannot make executable: " + path);
    }
  }
}
