package dev.mobilellm.kernels.opencl.pass;

import dev.mobilellm.spi.graph.AttentionShape.Temper;
import dev.mobilellm.spi.graph.RotaryEmbedding;
import java.util.ArrayList;
import java.util.List;

/**
 * Floats that depend on a token's position, computed here in double and sent along with each pass:
 * cosine and sine of each pair of a rotary embedding, and the factors of tempered queries.
 */
public final class PositionTables {

  private record Rotary(RotaryEmbedding embedding, double[] frequencies) {}

  private final List<Rotary> rotaries = new ArrayList<>();
  private final List<Temper> tempers = new ArrayList<>();

  /** Makes sure that passes bring the factors of a rotary embedding; returns its number. */
  public int add(RotaryEmbedding embedding) {
    for (int i = 0; i < rotaries.size(); i++) {
      if (rotaries.get(i).embedding().equals(embedding)) {
        return i;
      }
    }
    double[] frequencies = new double[embedding.headDim() / 2];
    for (int pair = 0; pair < frequencies.length; pair++) {
      frequencies[pair] = embedding.angle(1, pair);
    }
    rotaries.add(new Rotary(embedding, frequencies));
    return rotaries.size() - 1;
  }

  /** Makes sure that passes bring the factors of a temper; returns its number. */
  public int add(Temper temper) {
    if (!tempers.contains(temper)) {
      tempers.add(temper);
    }
    return tempers.indexOf(temper);
  }

  /** Floats of one row, of all tables. */
  int width() {
    return tempers.size() + rotaries.stream().mapToInt(r -> r.embedding().headDim()).sum();
  }

  /** Where a rotary table begins, in floats, when there are so many rows. */
  int rotaryStart(int number, int rows) {
    int before = 0;
    for (int i = 0; i < number; i++) {
      before += rotaries.get(i).embedding().headDim();
    }
    return before * rows;
  }

  /** Where the table of a temper begins, in floats, when there are so many rows. */
  int temperStart(int number, int rows) {
    return rotaryStart(rotaries.size(), rows) + number * rows;
  }

  /** Writes the factors of one row. */
  void fill(StagedInts target, int start, int row, int rows, int position) {
    for (int i = 0; i < rotaries.size(); i++) {
      double[] frequencies = rotaries.get(i).frequencies();
      int at = start + rotaryStart(i, rows) + row * rotaries.get(i).embedding().headDim();
      for (int pair = 0; pair < frequencies.length; pair++) {
        double angle = position * frequencies[pair];
        target.putFloat(at + 2 * pair, (float) Math.cos(angle));
        target.putFloat(at + 2 * pair + 1, (float) Math.sin(angle));
      }
    }
    for (int i = 0; i < tempers.size(); i++) {
      target.putFloat(start + temperStart(i, rows) + row, tempers.get(i).factor(position));
    }
  }
}
