package dev.mobilellm.spi.device;

/**
 * What went between the host and a device so far: what a pass costs beside computing.
 *
 * @param launches pieces of work that the device was told to do
 * @param writes transfers to the device
 * @param writtenBytes their size
 * @param reads transfers from the device
 * @param readBytes their size
 * @param waits how often the host waited for the device
 */
public record Traffic(
    long launches, long writes, long writtenBytes, long reads, long readBytes, long waits) {

  /** What came since an earlier count. */
  public Traffic since(Traffic earlier) {
    return new Traffic(
        launches - earlier.launches,
        writes - earlier.writes,
        writtenBytes - earlier.writtenBytes,
        reads - earlier.reads,
        readBytes - earlier.readBytes,
        waits - earlier.waits);
  }
}
