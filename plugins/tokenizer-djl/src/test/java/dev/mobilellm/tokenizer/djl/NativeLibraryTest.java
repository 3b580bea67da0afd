package dev.mobilellm.tokenizer.djl;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeLibraryTest {

  @TempDir Path directory;

  @Test
  void anAbsentCacheFolderIsMade() {
    Path folder = directory.resolve("a/b");
    assertTrue(NativeLibrary.usable(folder));
    assertTrue(Files.isDirectory(folder));
  }

  @Test
  void whereNoFolderCanBeIsNotUsable() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));
    assertFalse(NativeLibrary.usable(file));
    assertFalse(NativeLibrary.usable(file.resolve("below")));
  }

  @Test
  void aFolderThatAllMayWriteToIsNotTrusted() throws IOException {
    if (directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
      assertFalse(NativeLibrary.usable(directory));
    }
  }
}
