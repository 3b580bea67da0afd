/**
 * For authors of plugins: extend the contract of what you write in a test class of your own. {@link
 * dev.mobilellm.testkit.ComputeDeviceContract} compares a device with the reference device over
 * random programs; the others check what the interfaces of the SPI promise in words.
 */
package dev.mobilellm.testkit;
