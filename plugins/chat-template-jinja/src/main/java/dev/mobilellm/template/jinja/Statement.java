package dev.mobilellm.template.jinja;

import com.hubspot.jinjava.tree.TagNode;

/** What a tag does. Immutable; the tag's node has its body, the rendering the variables. */
@FunctionalInterface
interface Statement {

  /** Does it and gives what it prints. */
  String render(TagNode node, Rendering rendering);
}
