package dev.mobilellm.kernels.opencl.kernels;

import dev.mobilellm.kernels.opencl.driver.DeviceBuffer;
import dev.mobilellm.kernels.opencl.driver.Kernel;
import dev.mobilellm.kernels.opencl.driver.Queue;
import dev.mobilellm.kernels.opencl.driver.Source;
import dev.mobilellm.kernels.opencl.kernels.MatrixProduct.Segment;
import dev.mobilellm.kernels.opencl.pass.ForwardPass;
import dev.mobilellm.kernels.opencl.weights.MatrixForm;
import dev.mobilellm.spi.graph.Activation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A matrix product as a launch: by vectors for a few rows, by tiles for many. */
final class MatrixLaunch implements AutoCloseable {

  /** Rows of the matrix that lanes take at a time; even, since gated rows come in pairs. */
  private static final int ROWS = 4;

  /** Work-groups for each compute unit that keep it busy; more only repeat the norm. */
  private static final int GROUPS_PER_UNIT = 16;

  private static final int LARGEST_GROUP = 256;

  private final Resources resources;
  private final MatrixProduct product;
  private final Map<Integer, Vector> vectors = new HashMap<>();
  private final Map<Integer, Tile> tiles = new HashMap<>();

  private record Vector(Kernel kernel, int groups, int group) {}

  private record Tile(Kernel kernel, int tokens, int rows) {}

  MatrixLaunch(Resources resources, MatrixProduct product) {
    this.resources = resources;
    this.product = product;
    // What a conversation needs is built while the model is loaded.
    vectors.put(1, vector(1));
    if (resources.maxTokens() > ForwardPass.FEW_TOKENS) {
      int most = tileTokens(resources.maxTokens());
      tiles.put(most, tile(most));
    }
  }

  MatrixForm form() {
    return product.form();
  }

  /**
   * @param normFactors of the rows of the input, where there are many and they are normalised
   */
  void run(ForwardPass pass, Queue queue, DeviceBuffer normFactors) {
    int tokens = pass.rows(product.rows());
    if (tokens <= ForwardPass.FEW_TOKENS) {
      int atOnce = Math.min(4, Integer.highestOneBit(2 * tokens - 1));
      Vector vector = vectors.computeIfAbsent(atOnce, this::vector);
      arguments(vector.kernel(), tokens, null);
      int across = (tokens + atOnce - 1) / atOnce;
      queue.launch(vector.kernel(), vector.groups(), across, 1, vector.group());
    } else {
      Tile tile = tiles.computeIfAbsent(tileTokens(tokens), this::tile);
      arguments(tile.kernel(), tokens, normFactors);
      queue.launch(
          tile.kernel(),
          (product.totalRows() + tile.rows() - 1) / tile.rows(),
          (tokens + tile.tokens() - 1) / tile.tokens(),
          1,
          tile.tokens() / 8 * (tile.rows() / 4));
    }
  }

  private void arguments(Kernel kernel, int tokens, DeviceBuffer normFactors) {
    Arguments arguments = Arguments.of(kernel);
    product.gated().ifPresent(gate -> arguments.add(gate.slice().parts()));
    int flags = product.residual().isPresent() ? 8 : 0;
    for (int i = 0; i < product.segments().size(); i++) {
      Segment segment = product.segments().get(i);
      // The gate is matrix 0.
      int bit = product.gated().isPresent() ? 1 : i;
      flags |= segment.bias().isPresent() ? 1 << bit : 0;
      arguments
          .add(segment.slice().parts())
          .add(segment.output())
          .add(segment.bias().orElse(product.input()))
          .add(segment.slice().rows())
          .add(segment.first())
          .add(segment.width());
    }
    arguments.add(product.input());
    arguments.add(product.norm().map(MatrixProduct.Norm::weight).orElse(product.input()));
    if (tokens <= ForwardPass.FEW_TOKENS) {
      arguments.add(product.norm().map(MatrixProduct.Norm::eps).orElse(0f));
    } else {
      arguments.add(normFactors == null ? product.input() : normFactors);
    }
    arguments
        .add(product.residual().orElse(product.input()))
        .add(product.columns())
        .add(tokens)
        .add(flags)
        .add(product.gated().map(gate -> number(gate.activation())).orElse(0));
  }

  /** As activation.cl numbers them. */
  static int number(Activation activation) {
    return activation.ordinal();
  }

  private Vector vector(int atOnce) {
    int units = (product.columns() + MatrixForm.UNIT - 1) / MatrixForm.UNIT;
    int lanes = lanes(units);
    Kernel kernel =
        kernel(
            "matrix_vector",
            "vector",
            Map.of("LANES", lanes, "ROWS", ROWS, "TOKENS", atOnce, "GROUP_ITEMS", LARGEST_GROUP));
    int busy = resources.context().limits().computeUnits();
    int group = kernel.group(LARGEST_GROUP);
    while (group > 2 * Kernel.SMALLEST_GROUP && blocks(group, lanes) < 2 * busy) {
      group /= 2;
    }
    int blocks = blocks(group, lanes);
    int rounds = (blocks + busy * GROUPS_PER_UNIT - 1) / (busy * GROUPS_PER_UNIT);
    return new Vector(kernel, (blocks + rounds - 1) / rounds, group);
  }

  private int blocks(int group, int lanes) {
    int rows = group / lanes * ROWS;
    return (product.totalRows() + rows - 1) / rows;
  }

  /** Fewer lanes where the last round would leave many of them without a unit. */
  private static int lanes(int units) {
    int best = Kernel.SMALLEST_GROUP;
    for (int lanes = best / 2; lanes >= 8; lanes /= 2) {
      if (rounded(units, lanes) * 20 < rounded(units, best) * 19) {
        best = lanes;
      }
    }
    return best;
  }

  private static int rounded(int units, int lanes) {
    return (units + lanes - 1) / lanes * lanes;
  }

  private static int tileTokens(int tokens) {
    return tokens <= 32 ? 32 : 64;
  }

  private Tile tile(int tokens) {
    int tileTokens = tokens;
    int tileRows = 64;
    while (true) {
      Kernel kernel =
          kernel("matrix_tile", "tile", Map.of("TILE_TOKENS", tileTokens, "TILE_ROWS", tileRows));
      int items = tileTokens / 8 * (tileRows / 4);
      if (items <= kernel.groupLimit() || items <= Kernel.SMALLEST_GROUP) {
        return new Tile(kernel, tileTokens, tileRows);
      }
      kernel.close();
      if (tileRows > 32) {
        tileRows /= 2;
      } else {
        tileTokens /= 2;
      }
    }
  }

  private Kernel kernel(String entry, String piece, Map<String, Integer> definitions) {
    Map<String, Integer> all = product.form().with(product.definitions());
    all.putAll(definitions);
    List<String> pieces = new ArrayList<>(List.of("common"));
    pieces.addAll(product.form().pieces());
    pieces.addAll(List.of("activation", "segments", "inputs", piece));
    return resources.context().kernel(Source.of(all, pieces), entry);
  }

  @Override
  public void close() {
    vectors.values().forEach(vector -> vector.kernel().close());
    tiles.values().forEach(tile -> tile.kernel().close());
  }
}
