package dev.mobilellm.kernels.java.memory;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Memory in pages of 2 MiB, which Linux gives to those who ask for it (transparent huge pages).
 * Prefetchers stop at the end of a page: behind each 4 KiB a core waits for memory anew, which
 * costs a quarter of the reads.
 */
final class LargePages {

  private static final Path SETTINGS = Path.of("/sys/kernel/mm/transparent_hugepage");

  /** Bytes of a page; 0: there are none, or such that would be a waste. */
  static final long BYTES = pageBytes();

  private static final long MOST_BYTES = 2 << 20;

  // From Linux's mman.h; the same on x86-64 and aarch64.
  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
  private static final int MADV_HUGEPAGE = 14;

  private LargePages() {}

  /**
   * Zeros that begin with a page.
   *
   * @param arena frees them when it is closed
   * @throws OutOfMemoryError if there is no memory
   */
  @SuppressWarnings("restricted") // the length is the one that was mapped
  static MemorySegment map(long bytes, Arena arena) {
    long length = bytes + BYTES;
    try {
      long address =
          (long) Calls.MMAP.invokeExact(0L, length, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0L);
      if (address == -1) {
        throw new OutOfMemoryError("no %d bytes for weights".formatted(length));
      }
      MemorySegment all =
          MemorySegment.ofAddress(address).reinterpret(length, arena, LargePages::unmap);
      MemorySegment aligned = all.asSlice(Math.floorMod(-address, BYTES), bytes);
      // If it is refused the pages are small ones, and slower.
      int _ = (int) Calls.MADVISE.invokeExact(aligned.address(), bytes, MADV_HUGEPAGE);
      return aligned;
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private static void unmap(MemorySegment mapped) {
    try {
      int _ = (int) Unmapping.MUNMAP.invokeExact(mapped.address(), mapped.byteSize());
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private static long pageBytes() {
    try {
      boolean never = Files.readString(SETTINGS.resolve("enabled")).contains("[never]");
      long bytes = Long.parseLong(Files.readString(SETTINGS.resolve("hpage_pmd_size")).strip());
      return never || bytes > MOST_BYTES ? 0 : bytes;
    } catch (IOException | NumberFormatException _) {
      return 0;
    }
  }

  @SuppressWarnings("restricted") // declared as in the manual pages
  private static MethodHandle find(String name, MemoryLayout result, MemoryLayout... parameters) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow(name), FunctionDescriptor.of(result, parameters));
  }

  // Linked when first used, for it takes a while; with addresses as numbers half as long.

  private static final class Calls {
    static final MethodHandle MMAP =
        find("mmap", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
    static final MethodHandle MADVISE = find("madvise", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
  }

  private static final class Unmapping {
    static final MethodHandle MUNMAP = find("munmap", JAVA_INT, JAVA_LONG, JAVA_LONG);
  }
}
