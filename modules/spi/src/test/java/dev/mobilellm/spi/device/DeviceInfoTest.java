package dev.mobilellm.spi.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DeviceInfoTest {

  @Test
  void factsKeepTheirOrderWhateverHappensToTheMap() {
    Map<String, String> facts = new LinkedHashMap<>();
    List<String> names =
        List.of("platform", "driver", "memory", "largest allocation", "work-group", "local memory");
    names.forEach(name -> facts.put(name, "of " + name));
    DeviceInfo info = new DeviceInfo("opencl:0", "a GPU", DeviceInfo.Kind.GPU, 8L << 30, facts);
    facts.clear();

    assertEquals(names, List.copyOf(info.facts().keySet()));
    assertEquals("of driver", info.facts().get("driver"));
    assertThrows(UnsupportedOperationException.class, () -> info.facts().put("more", ""));
  }
}
