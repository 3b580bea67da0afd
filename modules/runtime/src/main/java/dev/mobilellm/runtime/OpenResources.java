package dev.mobilellm.runtime;

import java.util.ArrayDeque;
import java.util.Deque;

/** What a model holds open. It is closed in reverse order: each part may use the earlier ones. */
final class OpenResources implements AutoCloseable {

  private final Deque<AutoCloseable> resources = new ArrayDeque<>();

  <T extends AutoCloseable> T own(T resource) {
    resources.push(resource);
    return resource;
  }

  @Override
  public void close() {
    while (!resources.isEmpty()) {
      try {
        resources.pop().close();
      } catch (Exception e) {
        throw new IllegalStateException("a part of the model could not be closed", e);
      }
    }
  }
}
