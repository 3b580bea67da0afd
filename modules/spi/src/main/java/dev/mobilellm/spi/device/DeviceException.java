package dev.mobilellm.spi.device;

/**
 * The device failed: it has too little memory left, a launch went wrong, the driver gave up.
 * Neither the model nor the request is at fault, so another device may do the same work, and
 * whoever catches this may try one.
 *
 * <p>The message is complete for a user: which device, what it was asked for, how it answered, and
 * how much was missing if that is known; one sentence, without class names.
 */
public final class DeviceException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public DeviceException(String message) {
    super(message);
  }

  public DeviceException(String message, Throwable cause) {
    super(message, cause);
  }
}
