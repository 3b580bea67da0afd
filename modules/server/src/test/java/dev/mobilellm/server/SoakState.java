package dev.mobilellm.server;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a process holds when nobody asks anything.
 *
 * @param heap bytes after a collection
 * @param resident bytes of memory of all kinds; 0: the system does not tell
 * @param threads names of those of the platform
 * @param files that are open, sockets included; 0: the system does not tell
 */
record SoakState(long heap, long resident, List<String> threads, long files) {

  private static final Path PROCESS = Path.of("/proc/self");
  private static final long MIB = 1 << 20;

  /** Waits for the end of what runs, and for connections to close. */
  static SoakState now(DemoServer demo) throws InterruptedException, IOException {
    demo.hangUp();
    demo.awaitIdle();
    long files = openFiles();
    long before;
    int calm = 0;
    do {
      Thread.sleep(200);
      before = files;
      files = openFiles();
      calm = files == before ? calm + 1 : 0;
    } while (calm < 10);
    long heap = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      System.gc();
      Thread.sleep(100);
      heap = Math.min(heap, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    }
    List<String> threads =
        Thread.getAllStackTraces().keySet().stream().map(Thread::getName).sorted().toList();
    return new SoakState(heap, residentBytes(), threads, files);
  }

  /** A leak of a thing for each request would be thousands, and megabytes. */
  void assertNotAbove(SoakState before) {
    assertTrue(heap < before.heap + 8 * MIB, () -> "heap: " + before + ", then " + this);
    assertTrue(
        resident < before.resident + 96 * MIB, () -> "resident: " + before + ", then " + this);
    assertTrue(
        threads.size() <= before.threads.size() + 4,
        () -> "threads: " + before.threads + ", then " + threads);
    assertTrue(files <= before.files + 8, () -> "open files: " + before + ", then " + this);
  }

  private static long residentBytes() throws IOException {
    Path status = PROCESS.resolve("status");
    return Files.exists(status)
        ? Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("VmRSS:"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
            .sum()
        : 0;
  }

  private static long openFiles() throws IOException {
    Path files = PROCESS.resolve("fd");
    if (!Files.isDirectory(files)) {
      return 0;
    }
    try (Stream<Path> open = Files.list(files)) {
      return open.count();
    }
  }

  @Override
  public String toString() {
    return "%.1f MiB heap, %d MiB resident, %d threads, %d files"
        .formatted((double) heap / MIB, resident / MIB, threads.size(), files);
  }
}
