package dev.mobilellm.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;

/** Chromium without a window, looking at the page of a server. */
final class Browser implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(120);
  private static final Duration POLL = Duration.ofMillis(20);

  private final ChromeDriver driver;

  private Browser(ChromeDriver driver) {
    this.driver = driver;
  }

  /** A browser, or a test that is skipped because this machine has none. */
  static Browser start(Path downloads) {
    Optional<File> browser = program("chromium", "chromium-browser", "google-chrome");
    Optional<File> control = program("chromedriver");
    assumeTrue(browser.isPresent() && control.isPresent(), "chromium or chromedriver is missing");
    ChromeOptions options = new ChromeOptions();
    options.setBinary(browser.get());
    // A container's root has no sandbox, and little shared memory.
    options.addArguments("--headless=new", "--no-sandbox", "--disable-dev-shm-usage");
    options.setCapability("goog:loggingPrefs", Map.of(LogType.BROWSER, "ALL"));
    options.setExperimentalOption(
        "prefs", Map.of("download.default_directory", downloads.toString()));
    ChromeDriverService service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(control.get())
            .usingAnyFreePort()
            .build();
    return new Browser(new ChromeDriver(service, options));
  }

  private static Optional<File> program(String... names) {
    List<String> folders = List.of(System.getenv("PATH").split(File.pathSeparator));
    return Stream.of(names)
        .flatMap(name -> folders.stream().map(folder -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .map(Path::toFile)
        .findFirst();
  }

  /** Opens a server's page as somebody who was never there. */
  void openFresh(DemoServer server) {
    driver.get(server.url());
    run("localStorage.clear(); sessionStorage.clear(); history.replaceState(null, '', '/')");
    emulate(1280, 860, false);
    reload();
    driver.manage().logs().get(LogType.BROWSER);
  }

  void reload() {
    driver.navigate().refresh();
    await(
        "document.title !== '' && document.getElementById('model').textContent !== '…'"
            + " || document.querySelector('dialog[open]') !== null");
  }

  void emulate(int width, int height, boolean dark) {
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
  }

  void click(String selector) {
    WebElement found = find(selector);
    run("arguments[0].scrollIntoView({block: 'center'})", found);
    found.click();
  }

  void type(String selector, CharSequence... keys) {
    find(selector).sendKeys(keys);
  }

  void press(CharSequence... keys) {
    driver.switchTo().activeElement().sendKeys(keys);
  }

  WebElement find(String selector) {
    return driver.findElement(By.cssSelector(selector));
  }

  List<WebElement> all(String selector) {
    return driver.findElements(By.cssSelector(selector));
  }

  /** What a person reads there. */
  String text(String selector) {
    return find(selector).getText();
  }

  /** The value of an expression of the page. */
  Object value(String expression) {
    return driver.executeScript("return " + expression);
  }

  void run(String script, Object... arguments) {
    driver.executeScript(script, arguments);
  }

  /** Waits until an expression of the page is true. */
  void await(String expression) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!Boolean.TRUE.equals(value("Boolean(" + expression + ")"))) {
      assertTrue(System.nanoTime() < end, () -> expression + " is never true: " + complaints());
      LockSupport.parkNanos(POLL.toNanos());
    }
  }

  /** Sends a question and waits for its answer. */
  void ask(String question) {
    send(question);
    awaitAnswer();
  }

  void send(String question) {
    type("#question", question);
    click("#send");
  }

  void awaitAnswer() {
    await(
        "document.querySelector('.answer') && !document.querySelector('.growing')"
            + " && document.getElementById('stop').hidden");
  }

  /** The next answers are those of {@link DemoServer#script}. */
  void useScript() {
    run(
        "localStorage.setItem('mobilellm.settings', JSON.stringify({seed: arguments[0]}))",
        DemoServer.SCRIPTED_SEED);
    reload();
  }

  /** What the browser complains about: scripts that fail, and what the policy refused. */
  List<String> complaints() {
    return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
        .map(LogEntry::getMessage)
        .toList();
  }

  void assertNoComplaints() {
    assertEquals(List.of(), complaints());
  }

  @Override
  public void close() {
    driver.quit();
  }
}
