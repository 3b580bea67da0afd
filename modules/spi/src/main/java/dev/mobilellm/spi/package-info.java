/** What all services share: names, priorities, matches and the error that users read. */
package dev.mobilellm.spi;
