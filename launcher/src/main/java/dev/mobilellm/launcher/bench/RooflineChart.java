package dev.mobilellm.launcher.bench;

import dev.mobilellm.launcher.report.Quantity;
import dev.mobilellm.runtime.bench.Measurement;
import dev.mobilellm.spi.ModelException;
import dev.mobilellm.spi.UsageException;
import dev.mobilellm.spi.device.DeviceLimits;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Dimension;
import java.awt.Font;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGraphics2D;
import org.apache.batik.svggen.SVGGraphics2DIOException;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;
import org.w3c.dom.Document;

/**
 * The measurements below the machine's limits: operations per second over operations per byte, both
 * logarithmic. The roof rises with the speed of memory until it meets the peak of arithmetic
 * (Williams, Waterman and Patterson, 2009).
 */
final class RooflineChart {

  private static final int WIDTH = 900;
  private static final int HEIGHT = 560;

  /** Of a line of the legend. */
  private static final int LEGEND_LINE = 24;

  private static final String ENDING = ".svg";

  /** Told apart by people who see few colours, too (Okabe and Ito). */
  private static final List<Color> COLOURS =
      List.of(
          new Color(0x0072b2),
          new Color(0xd55e00),
          new Color(0x009e73),
          new Color(0xcc79a7),
          new Color(0xe69f00),
          new Color(0x56b4e9));

  private final XYChart chart;

  private RooflineChart(XYChart chart) {
    this.chart = chart;
  }

  /**
   * Refuses a file that cannot be one, before minutes are spent on what should be in it.
   *
   * @throws UsageException if it is no SVG by its name, or its folder is not there
   * @throws ModelException if Java has no fonts
   */
  static void requireDrawable(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    if (!file.toString().endsWith(ENDING)) {
      throw new UsageException(
          "--chart writes SVG; give a file that ends in %s, not %s.".formatted(ENDING, file));
    }
    if (!Files.isDirectory(folder)) {
      throw new UsageException("There is no folder %s for the chart.".formatted(folder));
    }
    if (Files.isDirectory(file) || !Files.isWritable(Files.exists(file) ? file : folder)) {
      throw new UsageException("The chart %s cannot be written.".formatted(file));
    }
    requireFonts();
  }

  /** Servers and containers often have none, and Java then fails where text is first measured. */
  private static void requireFonts() {
    // There may be no display, and nothing is shown on one.
    System.setProperty("java.awt.headless", "true");
    try {
      new Font(Font.SANS_SERIF, Font.PLAIN, 12).canDisplay('0');
    } catch (InternalError | RuntimeException e) {
      throw new ModelException(
          "A chart needs fonts, and Java finds none here (%s); install fontconfig and a font, or leave --chart away."
              .formatted(e.getMessage()),
          e);
    }
  }

  static RooflineChart of(Findings findings) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT + LEGEND_LINE * (1 + findings.report().measurements().size()))
            .title(title(findings))
            .xAxisTitle("operations per byte that must be read")
            .yAxisTitle("GFLOP/s")
            .build();
    style(chart);
    List<Measurement> measurements = findings.report().measurements();
    scale(chart, findings);
    findings.report().limits().ifPresent(limits -> addRoof(chart, limits, measurements));
    for (int i = 0; i < measurements.size(); i++) {
      addPoint(chart, measurements.get(i), COLOURS.get(i % COLOURS.size()));
    }
    return new RooflineChart(chart);
  }

  /**
   * Writes the picture.
   *
   * @throws ModelException if that is not possible
   */
  void write(Path file) {
    try (Writer writer = Files.newBufferedWriter(file)) {
      Document document =
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .getDOMImplementation()
              .createDocument("http://www.w3.org/2000/svg", "svg", null);
      SVGGraphics2D graphics = new SVGGraphics2D(document);
      graphics.setSVGCanvasSize(new Dimension(WIDTH, chart.getHeight()));
      chart.paint(graphics, WIDTH, chart.getHeight());
      graphics.stream(writer, true);
    } catch (SVGGraphics2DIOException | ParserConfigurationException e) {
      throw new ModelException("The chart cannot be drawn: " + e.getMessage() + ".", e);
    } catch (IOException e) {
      throw new ModelException(file + " cannot be written: " + e.getMessage() + ".", e);
    }
  }

  private static String title(Findings findings) {
    return "%s, %s, %d thread%s"
        .formatted(
            findings.subject().name(),
            findings.machine().cpu(),
            findings.threads(),
            findings.threads() == 1 ? "" : "s");
  }

  private static void style(XYChart chart) {
    chart
        .getStyler()
        .setXAxisLogarithmic(true)
        .setYAxisLogarithmic(true)
        .setLegendPosition(Styler.LegendPosition.OutsideS)
        .setLegendLayout(Styler.LegendLayout.Vertical)
        .setLegendBorderColor(Color.WHITE)
        .setChartBackgroundColor(Color.WHITE)
        .setPlotBorderVisible(false)
        .setChartTitleBoxVisible(false)
        .setMarkerSize(12)
        .setBaseFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
  }

  /** To whole powers of ten: only those have labels. */
  private static void scale(XYChart chart, Findings findings) {
    List<Double> speeds = new ArrayList<>();
    findings.report().limits().ifPresent(limits -> speeds.add(limits.flopsPerSecond()));
    findings.report().measurements().forEach(m -> speeds.add(m.flopsPerSecond().median()));
    double low = Math.floor(Math.log10(Collections.min(speeds) / 1e9));
    double high = Math.ceil(Math.log10(Collections.max(speeds) / 1e9));
    chart.getStyler().setYAxisMin(Math.pow(10, low)).setYAxisMax(Math.pow(10, high));
  }

  private static void addRoof(XYChart chart, DeviceLimits limits, List<Measurement> measurements) {
    double read = limits.readBytesPerSecond();
    double peak = limits.flopsPerSecond();
    double ridge = peak / read;
    double left = measurements.stream().mapToDouble(Measurement::intensity).min().orElse(ridge) / 2;
    double right =
        measurements.stream().mapToDouble(Measurement::intensity).max().orElse(ridge) * 2;
    double[] x = {Math.min(left, ridge / 2), ridge, Math.max(right, ridge * 2)};
    double[] y = {x[0] * read / 1e9, peak / 1e9, peak / 1e9};
    XYSeries roof =
        chart.addSeries(
            "limits: %s GB/s, %s GFLOP/s"
                .formatted(Quantity.decimal(read / 1e9, 1), Quantity.decimal(peak / 1e9, 0)),
            x,
            y);
    roof.setMarker(SeriesMarkers.NONE);
    roof.setLineColor(Color.DARK_GRAY);
    roof.setLineStyle(new BasicStroke(2));
  }

  private static void addPoint(XYChart chart, Measurement measurement, Color colour) {
    double flops = measurement.flopsPerSecond().median();
    XYSeries point =
        chart.addSeries(
            legend(measurement),
            new double[] {measurement.intensity()},
            new double[] {flops / 1e9});
    point.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
    point.setMarker(
        measurement.phase() == Measurement.Phase.PREFILL
            ? SeriesMarkers.SQUARE
            : SeriesMarkers.CIRCLE);
    point.setMarkerColor(colour);
  }

  /** With the share of the nearer limit. */
  private static String legend(Measurement measurement) {
    Optional<Double> ofRead = measurement.shareOfRead();
    Optional<Double> ofPeak = measurement.shareOfPeak();
    String share = "";
    if (ofRead.isPresent() && ofPeak.isPresent()) {
      boolean memory = ofRead.get() > ofPeak.get();
      share =
          ", %s%% of %s"
              .formatted(
                  Quantity.decimal(100 * Math.max(ofRead.get(), ofPeak.get()), 0),
                  memory ? "reads" : "peak");
    }
    return "%s, depth %d, batch %d: %s tokens/s%s"
        .formatted(
            BenchText.title(measurement),
            measurement.depth(),
            measurement.batch(),
            Quantity.decimal(measurement.tokensPerSecond().median(), 1),
            share);
  }
}
