package dev.mobilellm.launcher.main;

import dev.mobilellm.launcher.DeviceFlags;
import dev.mobilellm.launcher.ModelOptions;
import dev.mobilellm.launcher.PluginOptions;
import dev.mobilellm.launcher.SamplingFlags;
import java.lang.reflect.Field;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Layout;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.Model.OptionSpec;

/** A command's options under headings, one for each mixin that many commands share. */
final class HelpSections implements IHelpSectionRenderer {

  private static final String OWN = "Options:";
  private static final Map<Class<?>, String> SHARED =
      Map.of(
          ModelOptions.class, "Model:",
          DeviceFlags.class, "Model:",
          PluginOptions.class, "Model:",
          SamplingFlags.class, "Generation:");

  @Override
  public String render(Help help) {
    Map<String, List<OptionSpec>> sections =
        help.commandSpec().options().stream()
            .collect(
                Collectors.groupingBy(
                    HelpSections::heading, LinkedHashMap::new, Collectors.toList()));
    return sections.entrySet().stream()
        .map(section -> "\n" + section.getKey() + "\n" + list(help, section.getValue()))
        .collect(Collectors.joining());
  }

  private static String heading(OptionSpec option) {
    return option.userObject() instanceof Field field
        ? SHARED.getOrDefault(field.getDeclaringClass(), OWN)
        : OWN;
  }

  private static String list(Help help, List<OptionSpec> options) {
    Layout layout = help.createDefaultLayout();
    layout.addAllOptions(options, help.createDefaultParamLabelRenderer());
    return layout.toString();
  }
}
