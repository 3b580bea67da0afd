package dev.mobilellm.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mobilellm.runtime.scheduling.Likelihood;
import dev.mobilellm.server.Answers.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class EventBufferTest {

  @Test
  void aSlowConnectionGetsEverythingInFewPieces() throws InterruptedException {
    EventBuffer buffer = new EventBuffer();
    Map<Integer, StringBuilder> sent = new TreeMap<>();
    for (int i = 0; i < 3000; i++) {
      String text = i + " ";
      sent.computeIfAbsent(i % 3, _ -> new StringBuilder()).append(text);
      buffer.add(new Event.Piece(i % 3, text, List.of(new Likelihood(i, 0, List.of()))));
    }
    buffer.add(new Event.Failed(1, new IllegalStateException()));
    assertTrue(buffer.size() <= EventBuffer.MOST + 4, () -> buffer.size() + " events");
    Map<Integer, StringBuilder> received = new TreeMap<>();
    List<Integer> tokens = new ArrayList<>();
    while (buffer.size() > 1) {
      Event.Piece piece = assertInstanceOf(Event.Piece.class, buffer.next());
      received.computeIfAbsent(piece.choice(), _ -> new StringBuilder()).append(piece.text());
      piece.likelihoods().forEach(likelihood -> tokens.add(likelihood.token()));
    }
    assertInstanceOf(Event.Failed.class, buffer.next());
    assertEquals(sent.toString(), received.toString());
    assertEquals(3000, tokens.stream().distinct().count());
  }

  @Test
  void aFastConnectionGetsEachPiece() throws InterruptedException {
    EventBuffer buffer = new EventBuffer();
    for (int i = 0; i < EventBuffer.MOST; i++) {
      buffer.add(new Event.Piece(0, "x", List.of()));
    }
    assertEquals(EventBuffer.MOST, buffer.size());
    assertEquals("x", assertInstanceOf(Event.Piece.class, buffer.next()).text());
  }
}
