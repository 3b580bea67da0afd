package dev.mobilellm.spi.model;

/** The feed-forward block of a layer. A service. */
public interface MlpVariant extends BlockVariant {}
