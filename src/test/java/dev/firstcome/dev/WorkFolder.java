package dev.firstcome.dev;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder of one run, {@code <tmp>/firstcome-<user>/run-…}. The JVM holds a lock on its {@code
 * owner} file, which the operating system takes away however the JVM ends: a folder whose lock is
 * free belongs to nobody, and the next run ends its servers and removes it.
 *
 * @param base the user's folder, also the place of the unpacked binaries
 * @param path this run's
 */
record WorkFolder(Path base, Path path, FileChannel held) implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(WorkFolder.class);

  /**
   * POSIX drops a file's locks when the process closes any descriptor of it, so the sweep must not
   * even open what this JVM holds.
   */
  private static final Set<Path> OURS = ConcurrentHashMap.newKeySet();

  /**
   * Sweeps what dead runs left, then makes this run's folder.
   *
   * @throws IllegalStateException if the user's folder belongs to somebody else
   */
  static WorkFolder open(Path temporary) throws IOException {
    Path base = base(temporary.toRealPath(), System.getProperty("user.name"));
    // One at a time: nobody sweeps a folder between its making and its locking.
    try (FileChannel gate = lockFile(base.resolve("lock"));
        FileLock alone = gate.lock()) {
      sweep(base);
      Path path = Files.createTempDirectory(base, "run-");
      if (isRoot()) {
        // PostgreSQL may run as another user, which has to reach its own folder in here.
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx--x--x"));
      }
      OURS.add(path);
      FileChannel held = lockFile(path.resolve("owner"));
      held.lock();
      log.debug("{} is held, {}", path, alone);
      return new WorkFolder(base, path, held);
    }
  }

  /** Ends the servers that run in the folder, and removes it. */
  @Override
  public void close() throws IOException {
    try (held) {
      remove(base, path);
    } finally {
      OURS.remove(path);
    }
  }

  static boolean isRoot() {
    return new UnixSystem().getUid() == 0;
  }

  private static void sweep(Path base) throws IOException {
    List<Path> runs;
    try (Stream<Path> entries = Files.list(base)) {
      runs = entries.filter(p -> p.getFileName().toString().startsWith("run-")).toList();
    }
    for (Path run : runs) {
      if (!OURS.contains(run) && isAbandoned(run)) {
        log.info("removing what a run left that was killed: {}", run);
        remove(base, run);
      }
    }
  }

  private static boolean isAbandoned(Path run) throws IOException {
    Path owner = run.resolve("owner");
    if (!Files.exists(owner)) {
      return true;
    }
    try (FileChannel channel = lockFile(owner);
        FileLock free = channel.tryLock()) {
      return free != null;
    }
  }

  private static void remove(Path base, Path run) throws IOException {
    ServerProcesses.end(base, run);
    if (!Files.exists(run)) {
      return;
    }
    try (Stream<Path> all = Files.walk(run)) {
      // Children before parents, and the owner file last of all files.
      Comparator<Path> ownerLast = Comparator.comparing(p -> p.equals(run.resolve("owner")));
      for (Path p :
          all.filter(p -> !p.equals(run))
              .sorted(ownerLast.thenComparing(Comparator.reverseOrder()))
              .toList()) {
        Files.deleteIfExists(p);
      }
    }
    Files.deleteIfExists(run);
  }

  private static FileChannel lockFile(Path file) throws IOException {
    return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  /** Its name can be foreseen, and programs are started from it: nobody else may have made it. */
  static Path base(Path temporary, String user) throws IOException {
    Path base = temporary.resolve("firstcome-" + user.replaceAll("[^A-Za-z0-9_-]", "_"));
    Set<PosixFilePermission> rights =
        PosixFilePermissions.fromString(isRoot() ? "rwx--x--x" : "rwx------");
    try {
      Files.createDirectory(base, PosixFilePermissions.asFileAttribute(rights));
    } catch (FileAlreadyExistsException e) {
      boolean ours =
          Files.isDirectory(base, LinkOption.NOFOLLOW_LINKS)
              && Files.getAttribute(base, "unix:uid", LinkOption.NOFOLLOW_LINKS)
                  .equals((int) new UnixSystem().getUid())
              && rights.containsAll(Files.getPosixFilePermissions(base, LinkOption.NOFOLLOW_LINKS));
      if (!ours) {
        throw new IllegalStateException(
            base + " is not this user's alone; remove it, or choose another -Djava.io.tmpdir", e);
      }
    }
    return base;
  }
}
