package dev.mobilellm.kernels.opencl.driver;

import static org.lwjgl.opencl.CL10.*;
import static org.lwjgl.opencl.CL11.CL_DEVICE_HOST_UNIFIED_MEMORY;

import dev.mobilellm.spi.device.DeviceInfo.Kind;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.lwjgl.PointerBuffer;
import org.lwjgl.system.MemoryStack;

/**
 * The devices of all platforms, the best first: GPUs before others, more compute units before
 * fewer, otherwise as the drivers list them.
 *
 * @param devices may be empty
 * @param problem why devices are missing, a clause without a full stop; empty if none are
 */
public record Discovery(List<Hardware> devices, String problem) {

  /** {@code cl_khr_icd}: no driver is installed. */
  private static final int PLATFORM_NOT_FOUND = -1001;

  private static final Comparator<Hardware> BEST_FIRST =
      Comparator.comparing((Hardware device) -> device.kind() != Kind.GPU)
          .thenComparing(device -> -device.limits().computeUnits());

  public Discovery {
    devices = List.copyOf(devices);
  }

  /** Looks for them. Never fails. */
  public static Discovery run() {
    String problem = OpenClLibrary.problem();
    if (!problem.isEmpty()) {
      return new Discovery(List.of(), problem);
    }
    try (MemoryStack stack = MemoryStack.stackPush()) {
      IntBuffer count = stack.mallocInt(1);
      int code = clGetPlatformIDs(null, count);
      if (code == PLATFORM_NOT_FOUND || code == CL_SUCCESS && count.get(0) == 0) {
        return new Discovery(List.of(), "no OpenCL driver is installed");
      }
      if (code != CL_SUCCESS) {
        return new Discovery(
            List.of(), "the OpenCL library lists no platforms: " + ErrorCode.name(code));
      }
      PointerBuffer platforms = stack.mallocPointer(count.get(0));
      clGetPlatformIDs(platforms, count);
      List<Hardware> found = new ArrayList<>();
      List<String> unusable = new ArrayList<>();
      for (int i = 0; i < platforms.capacity(); i++) {
        list(platforms.get(i), found, unusable);
      }
      found.sort(BEST_FIRST);
      return new Discovery(found, found.isEmpty() ? none(unusable) : String.join("; ", unusable));
    }
  }

  private static String none(List<String> unusable) {
    return unusable.isEmpty()
        ? "the installed OpenCL drivers have no device"
        : String.join("; ", unusable);
  }

  private static void list(long platform, List<Hardware> found, List<String> unusable) {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      IntBuffer count = stack.mallocInt(1);
      if (clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, null, count) != CL_SUCCESS
          || count.get(0) == 0) {
        return;
      }
      PointerBuffer devices = stack.mallocPointer(count.get(0));
      clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, devices, (IntBuffer) null);
      for (int i = 0; i < devices.capacity(); i++) {
        add(platform, devices.get(i), found, unusable);
      }
    }
  }

  private static void add(long platform, long device, List<Hardware> found, List<String> unusable) {
    Hardware hardware = describe(platform, device);
    if (number(device, CL_DEVICE_AVAILABLE) == 0) {
      unusable.add(hardware.name() + " is not available");
    } else if (number(device, CL_DEVICE_COMPILER_AVAILABLE) == 0) {
      unusable.add(hardware.name() + " has no compiler");
    } else if (number(device, CL_DEVICE_ENDIAN_LITTLE) == 0) {
      unusable.add(hardware.name() + " is not little-endian");
    } else if (hardware.version().startsWith("OpenCL 1.0")
        || hardware.version().startsWith("OpenCL 1.1")) {
      unusable.add(hardware.name() + " has " + hardware.version().strip() + ", 1.2 is needed");
    } else if (hardware.limits().workGroup() < Kernel.SMALLEST_GROUP) {
      unusable.add(hardware.name() + " runs fewer than 32 work-items in a group");
    } else {
      found.add(hardware);
    }
  }

  private static Hardware describe(long platform, long device) {
    long type = number(device, CL_DEVICE_TYPE);
    Kind kind =
        (type & CL_DEVICE_TYPE_GPU) != 0
            ? Kind.GPU
            : (type & CL_DEVICE_TYPE_CPU) != 0 ? Kind.CPU : Kind.OTHER;
    return new Hardware(
        platform,
        device,
        text(platform, true, CL_PLATFORM_NAME),
        text(device, false, CL_DEVICE_NAME),
        text(device, false, CL_DRIVER_VERSION),
        text(device, false, CL_DEVICE_VERSION),
        kind,
        number(device, CL_DEVICE_HOST_UNIFIED_MEMORY) != 0,
        new Limits(
            number(device, CL_DEVICE_GLOBAL_MEM_SIZE),
            number(device, CL_DEVICE_MAX_MEM_ALLOC_SIZE),
            (int) number(device, CL_DEVICE_MAX_WORK_GROUP_SIZE),
            number(device, CL_DEVICE_LOCAL_MEM_SIZE),
            (int) number(device, CL_DEVICE_MAX_COMPUTE_UNITS)));
  }

  /** A number of 4 or 8 bytes; 0 if the driver does not tell. */
  private static long number(long device, int parameter) {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      ByteBuffer value = stack.calloc(8);
      int code = clGetDeviceInfo(device, parameter, value, null);
      return code == CL_SUCCESS ? value.getLong(0) : 0;
    }
  }

  private static String text(long handle, boolean isPlatform, int parameter) {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      ByteBuffer value = stack.calloc(1024);
      PointerBuffer length = stack.callocPointer(1);
      int code =
          isPlatform
              ? clGetPlatformInfo(handle, parameter, value, length)
              : clGetDeviceInfo(handle, parameter, value, length);
      if (code != CL_SUCCESS || length.get(0) < 1) {
        return "?";
      }
      byte[] bytes = new byte[(int) length.get(0) - 1];
      value.get(bytes);
      return new String(bytes, StandardCharsets.UTF_8).strip();
    }
  }
}
