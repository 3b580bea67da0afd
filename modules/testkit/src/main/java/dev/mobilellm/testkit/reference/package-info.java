/**
 * The reference device: the semantics of every primitive, written to be read. Double precision on
 * the heap, one obvious loop per operation, no threads, no fusion, nothing reused.
 */
package dev.mobilellm.testkit.reference;
