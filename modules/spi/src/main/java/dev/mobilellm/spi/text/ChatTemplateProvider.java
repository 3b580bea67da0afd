package dev.mobilellm.spi.text;

import dev.mobilellm.spi.Match;
import dev.mobilellm.spi.Plugin;
import dev.mobilellm.spi.model.ModelFiles;

/** Opens the chat template of a checkpoint. A service. */
public interface ChatTemplateProvider extends Plugin {

  /** Whether the checkpoint has a template that this provider understands. */
  Match matches(ModelFiles files);

  /**
   * Reads the template.
   *
   * @throws dev.mobilellm.spi.ModelException if it is broken, or uses something that this provider
   *     would render wrongly: file, line and construct are named
   */
  ChatTemplate open(ModelFiles files);
}
