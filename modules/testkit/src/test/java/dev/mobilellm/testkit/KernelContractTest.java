package dev.mobilellm.testkit;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mobilellm.spi.graph.LinearAdd;
import dev.mobilellm.spi.graph.Op;
import dev.mobilellm.spi.graph.Program;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** The contract of kernels holds for a device's own and notices those that do not run or differ. */
class KernelContractTest {

  /** The kernel that the reference device runs everything with. */
  private static class Reference extends KernelContract {

    @Override
    protected String device() {
      return "reference";
    }

    @Override
    protected String kernel() {
      return "reference";
    }

    @Override
    protected boolean supports(Op op) {
      return true;
    }

    @Override
    protected Map<String, Program> programs() {
      return Map.of("small", Programs.random(ProgramSpec.SMALL, 1));
    }
  }

  @Nested
  class RightKernel extends Reference {}

  @Test
  void aKernelThatNeverRunsIsNoticed() {
    KernelContract contract =
        new Reference() {
          @Override
          protected String kernel() {
            return "faster";
          }
        };
    assertThrows(AssertionError.class, first(contract));
  }

  @Test
  void aKernelThatRunsWhereItShouldNotIsNoticed() {
    KernelContract contract =
        new Reference() {
          @Override
          protected boolean supports(Op op) {
            return false;
          }
        };
    assertThrows(AssertionError.class, first(contract));
    assertThrows(AssertionError.class, contract::runsSomewhere);
  }

  @Test
  void aKernelThatDiffersIsNoticed() {
    KernelContract contract =
        new Reference() {
          @Override
          protected double tolerance() {
            return -1;
          }

          @Override
          protected boolean supports(Op op) {
            return op instanceof LinearAdd;
          }
        };
    assertThrows(AssertionError.class, first(contract));
  }

  @Test
  void aDeviceThatIsNotThereIsNoticed() {
    KernelContract contract =
        new Reference() {
          @Override
          protected String device() {
            return "abacus";
          }
        };
    assertThrows(AssertionError.class, first(contract));
  }

  private static Executable first(KernelContract contract) {
    return contract.everyProgramAgreesWithTheReference().findFirst().orElseThrow().getExecutable();
  }
}
