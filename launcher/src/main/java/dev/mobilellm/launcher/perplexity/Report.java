package dev.mobilellm.launcher.perplexity;

import dev.mobilellm.launcher.report.Quantity;
import dev.mobilellm.launcher.report.Table;
import dev.mobilellm.runtime.evaluation.Divergence;
import dev.mobilellm.runtime.evaluation.Perplexity;
import dev.mobilellm.runtime.evaluation.Windows;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What was found.
 *
 * @param model directory of the model that was judged
 * @param device it ran on
 * @param cut how the text was cut
 * @param bos in front of each window
 * @param textTokens of the whole text, what was left out included
 * @param windows how many there were
 * @param perplexity of the model
 * @param against what the reference made of it, if there is one
 * @param seconds of the evaluation alone
 */
public record Report(
    String model,
    String device,
    Windows cut,
    OptionalInt bos,
    int textTokens,
    int windows,
    Perplexity perplexity,
    Optional<Against> against,
    double seconds) {

  /**
   * The second model.
   *
   * @param model its directory
   * @param perplexity of the same tokens
   * @param divergence of the first model from it
   */
  public record Against(String model, Perplexity perplexity, Divergence divergence) {}

  /** For people. */
  public List<String> lines() {
    Table table = new Table();
    table.row(
        "tokens",
        "%d of %d, in %d windows of %d, stride %d, warm-up %d"
            .formatted(
                perplexity.tokens(),
                textTokens,
                windows,
                cut.context(),
                cut.stride(),
                cut.warmUp()));
    table.row("perplexity", text(perplexity));
    against.ifPresent(
        reference -> {
          Divergence divergence = reference.divergence();
          table.row(
              "reference", "%s, %s".formatted(text(reference.perplexity()), reference.model()));
          table.row("change", format("%+.3f %%", 100 * change(reference)));
          table.row("KL mean", number(divergence.mean()) + " nats, KL(reference || model)");
          table.row("KL median", number(divergence.median()));
          table.row("KL 99%", number(divergence.quantile(0.99)));
          table.row("same top", format("%.2f %%", 100 * divergence.agreement()));
        });
    table.row(
        "time",
        "%s s, %s tokens/s"
            .formatted(
                Quantity.decimal(seconds, 1), Quantity.decimal(perplexity.tokens() / seconds, 1)));
    return table.lines("");
  }

  /** For programs. */
  public Map<String, Object> tree() {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("model", model);
    tree.put("device", device);
    tree.put("context", cut.context());
    tree.put("stride", cut.stride());
    tree.put("warm_up", cut.warmUp());
    tree.put("bos", bos.isPresent() ? bos.getAsInt() : null);
    tree.put("text_tokens", textTokens);
    tree.put("windows", windows);
    tree.put("tokens", perplexity.tokens());
    put(tree, perplexity);
    against.ifPresent(reference -> tree.put("against", tree(reference)));
    tree.put("seconds", seconds);
    return tree;
  }

  private Map<String, Object> tree(Against reference) {
    Divergence divergence = reference.divergence();
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("model", reference.model());
    put(tree, reference.perplexity());
    tree.put("relative_change", change(reference));
    tree.put("kl_mean", divergence.mean());
    tree.put("kl_median", divergence.median());
    tree.put("kl_99", divergence.quantile(0.99));
    tree.put("top_agreement", divergence.agreement());
    return tree;
  }

  private static void put(Map<String, Object> tree, Perplexity perplexity) {
    tree.put("perplexity", perplexity.value());
    tree.put("standard_error", perplexity.standardError());
    tree.put("mean_loss", perplexity.meanLoss());
  }

  private double change(Against reference) {
    return perplexity.value() / reference.perplexity().value() - 1;
  }

  private static String text(Perplexity perplexity) {
    double error = perplexity.standardError();
    return number(perplexity.value()) + (Double.isNaN(error) ? "" : " ± " + number(error));
  }

  /** Six significant digits, and tiny divergences as powers of ten. */
  private static String number(double value) {
    return value != 0 && Math.abs(value) < 1e-3 ? format("%.3e", value) : format("%.6g", value);
  }

  private static String format(String pattern, double value) {
    return String.format(Locale.ROOT, pattern, value);
  }
}
