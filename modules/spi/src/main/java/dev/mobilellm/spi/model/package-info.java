/** A checkpoint as plugins see it: its files, its configuration, and one layer at a time. */
package dev.mobilellm.spi.model;
