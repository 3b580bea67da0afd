package dev.mobilellm.architecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Path;
import java.util.List;

/** The compiled classes of all modules, without their tests. */
final class ProjectClasses {

  static final JavaClasses ALL = read();

  private ProjectClasses() {}

  private static JavaClasses read() {
    List<Path> folders =
        Repository.modules().stream().map(m -> ProjectModule.classes(m.folder())).toList();
    return new ClassFileImporter().importPaths(folders);
  }
}
