package dev.mobilellm.template.jinja.python;

import java.util.List;

/** What {@code keys()}, {@code values()} and {@code items()} give: no list, it has no index. */
public record DictView(List<Object> items) {}
