package dev.mobilellm.spi.model;

/** The attention block of a layer. A service. */
public interface AttentionVariant extends BlockVariant {}
