package dev.mobilellm.kernels.java.linear;

import dev.mobilellm.kernels.java.spi.KernelContext;
import dev.mobilellm.kernels.java.spi.RowBuffer;
import java.util.ArrayList;
import java.util.List;

/** The input of several matrices in the forms that they want, each form once. */
final class PreparedInputs {

  private final int columns;
  private final List<InputForm> forms = new ArrayList<>();
  private final List<RowBuffer> rows = new ArrayList<>();
  private final int[] formOf;

  PreparedInputs(Matrix[] matrices, KernelContext context) {
    columns = matrices[0].columns;
    formOf = new int[matrices.length];
    for (int m = 0; m < matrices.length; m++) {
      InputForm form = matrices[m].form();
      if (!form.equals(InputForm.NATURAL) && !forms.contains(form)) {
        forms.add(form);
        rows.add(context.scratchRows(form.toString(), form.width(columns)));
      }
      formOf[m] = forms.indexOf(form);
    }
  }

  /** Prepares one token's input. */
  void prepare(long source, int token, int tokens) {
    for (int i = 0; i < forms.size(); i++) {
      forms.get(i).prepare(source, rows.get(i).address(), columns, token, tokens);
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
}
