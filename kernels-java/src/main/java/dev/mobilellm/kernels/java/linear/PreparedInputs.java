package dev.mobilellm.kernels.java.linear;

import dev.mobilellm.kernels.java.spi.KernelContext;
import dev.mobilellm.kernels.java.spi.RowBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The input of several matrices in the forms that they want. A matrix may want one form for few
 * tokens and another for many; {@link #select} settles that for a pass.
 */
final class PreparedInputs {

  private final Matrix[] matrices;
  private final List<InputForm> forms = new ArrayList<>();
  private final List<RowBuffer> rows = new ArrayList<>();
  private final boolean[] needed;
  private final int[] formOf;

  PreparedInputs(Matrix[] matrices, KernelContext context) {
    this.matrices = matrices;
    for (Matrix matrix : matrices) {
      add(matrix.form(1), matrix.columns, context);
      add(matrix.form(Integer.MAX_VALUE), matrix.columns, context);
    }
    needed = new boolean[forms.size()];
    formOf = new int[matrices.length];
  }

  /** Which forms a pass of so many tokens needs. */
  void select(int tokens) {
    Arrays.fill(needed, false);
    for (int m = 0; m < matrices.length; m++) {
      formOf[m] = forms.indexOf(matrices[m].form(tokens));
      if (formOf[m] >= 0) {
        needed[formOf[m]] = true;
      }
    }
  }

  /** Prepares one token's input. */
  void prepare(long source, int token) {
    for (int i = 0; i < needed.length; i++) {
      if (needed[i]) {
        forms.get(i).prepare(source, rows.get(i).row(token), matrices[0].columns);
      }
    }
  }

  /** Whether a matrix reads the input as it is. */
  boolean isNatural(int m) {
    return formOf[m] < 0;
  }

  /** Where the prepared rows for a matrix are. */
  long address(int m) {
    return rows.get(formOf[m]).address();
  }

  private void add(InputForm form, int columns, KernelContext context) {
    if (!form.equals(InputForm.NATURAL) && !forms.contains(form)) {
      forms.add(form);
      rows.add(context.scratchRows(form.toString(), form.width(columns)));
    }
  }
}
