package dev.mobilellm.benchmarks.load;

import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.UsageException;
import java.awt.Color;
import java.awt.Dimension;
import java.awt.Font;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ToDoubleFunction;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGraphics2D;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.style.Styler;
import org.w3c.dom.Document;

/** Three panels over the number of clients: tokens per second, first token, between tokens. */
final class LoadChart {

  private static final int WIDTH = 320;
  private static final int HEIGHT = 340;

  /** Told apart by people who see few colours, too (Okabe and Ito). */
  private static final Color[] COLOURS = {new Color(0x0072b2), new Color(0xd55e00)};

  private LoadChart() {}

  /**
   * Returns a file that can become a chart.
   *
   * @throws UsageException if it is no SVG by its name, or its folder is not there
   */
  static Path drawable(Path file) {
    if (!file.toString().endsWith(".svg")) {
      throw new UsageException("--chart writes SVG; %s does not end in .svg.".formatted(file));
    }
    if (!Files.isDirectory(file.toAbsolutePath().getParent())) {
      throw new UsageException("There is no folder for the chart %s.".formatted(file));
    }
    return file;
  }

  /**
   * Writes the picture.
   *
   * @throws ModelException if that is not possible
   */
  static void write(List<Reading> readings, Path file) {
    System.setProperty("java.awt.headless", "true");
    CategoryChart speed = chart("tokens/s, all clients", readings);
    add(speed, "tokens/s", readings, Reading::tokensPerSecond);
    CategoryChart first = chart("first token, ms", readings);
    CategoryChart next = chart("between tokens, ms", readings);
    for (double share : new double[] {0.5, 0.95}) {
      String name = "p" + Math.round(100 * share);
      add(first, name, readings, reading -> reading.firstToken().millis(share));
      add(next, name, readings, reading -> reading.nextToken().millis(share));
    }
    try (Writer writer = Files.newBufferedWriter(file)) {
      Document document =
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .getDOMImplementation()
              .createDocument("http://www.w3.org/2000/svg", "svg", null);
      SVGGraphics2D graphics = new SVGGraphics2D(document);
      graphics.setSVGCanvasSize(new Dimension(3 * WIDTH, HEIGHT));
      for (CategoryChart chart : List.of(speed, first, next)) {
        chart.paint(graphics, WIDTH, HEIGHT);
        graphics.translate(WIDTH, 0);
      }
      graphics.stream(writer, true);
    } catch (ParserConfigurationException e) {
      throw new ModelException("The chart cannot be drawn: " + e.getMessage() + ".", e);
    } catch (IOException e) {
      throw new ModelException(file + " cannot be written: " + e.getMessage() + ".", e);
    }
  }

  private static CategoryChart chart(String title, List<Reading> readings) {
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle("clients")
            .build();
    chart
        .getStyler()
        .setLegendPosition(Styler.LegendPosition.InsideNW)
        .setLegendBorderColor(Color.WHITE)
        .setChartBackgroundColor(Color.WHITE)
        .setPlotBorderVisible(false)
        .setChartTitleBoxVisible(false)
        .setSeriesColors(COLOURS)
        .setBaseFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
    return chart;
  }

  private static void add(
      CategoryChart chart, String name, List<Reading> readings, ToDoubleFunction<Reading> value) {
    chart.addSeries(
        name,
        readings.stream().map(Reading::clients).toList(),
        readings.stream().map(reading -> finite(value.applyAsDouble(reading))).toList());
  }

  private static double finite(double value) {
    return Double.isNaN(value) ? 0 : value;
  }
}
