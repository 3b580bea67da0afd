package dev.mobilellm.template.jinja;

import com.hubspot.jinjava.tree.Node;
import com.hubspot.jinjava.tree.TagNode;
import dev.mobilellm.template.jinja.expression.Expression;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * A compiled template. Safe for several threads.
 *
 * <p>Jinjava's tree has nothing but numbers in its tags and outputs; the units are what they stand
 * for. The tree is built by a thread of its own, because Jinjava takes long to start: a model has
 * much else to load until the first rendering waits for it.
 */
final class Program {

  /** What a tag or an output stands for. */
  sealed interface Unit {}

  /** Text of the template. */
  record Text(String text) implements Unit {}

  /** {@code {{ expression }}}. */
  record Output(Expression expression, int line) implements Unit {}

  /** {@code {% tag %}}. */
  record Tag(Statement statement, int line) implements Unit {}

  private final FutureTask<Node> tree;
  private final List<Unit> units;

  Program(String skeleton, List<Unit> units) {
    this.tree = new FutureTask<>(() -> Engine.tree(skeleton));
    this.units = List.copyOf(units);
    Thread.ofPlatform().daemon().name("chat-template").start(tree);
  }

  /** The top of the tree. */
  List<Node> nodes() {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return tree.get().getChildren();
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          throw new IllegalStateException("Jinjava cannot read a skeleton", e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** What a number stands for. */
  Unit unit(String number) {
    return units.get(Integer.parseInt(number.strip()));
  }

  /** What a tag does. */
  Tag tag(TagNode node) {
    return (Tag) unit(node.getHelpers());
  }
}
