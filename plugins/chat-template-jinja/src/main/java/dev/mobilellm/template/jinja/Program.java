package dev.mobilellm.template.jinja;

import com.hubspot.jinjava.tree.Node;
import com.hubspot.jinjava.tree.TagNode;
import dev.mobilellm.template.jinja.expression.Expression;
import java.util.List;

/**
 * A compiled template. Immutable; safe for several threads.
 *
 * @param root Jinjava's tree: its tags and outputs hold nothing but a number
 * @param units what the numbers stand for
 */
record Program(Node root, List<Unit> units) {

  /** What a tag or an output stands for. */
  sealed interface Unit {}

  /** Text of the template. */
  record Text(String text) implements Unit {}

  /** {@code {{ expression }}}. */
  record Output(Expression expression, int line) implements Unit {}

  /** {@code {% tag %}}. */
  record Tag(Statement statement, int line) implements Unit {}

  Unit unit(String number) {
    return units.get(Integer.parseInt(number.strip()));
  }

  Tag statement(TagNode node) {
    return (Tag) unit(node.getHelpers());
  }
}
