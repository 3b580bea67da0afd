/** Server-sent events of a reply's body. */

/** The data of each event, as it comes. */
export async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    while (true) {
      const { value, done } = await reader.read();
      if (done) {
        return;
      }
      const parts = (rest + value).split("\n\n");
      rest = parts.pop();
      for (const part of parts) {
        const lines = part.split("\n").filter((line) => line.startsWith("data:"));
        if (lines.length > 0) {
          yield lines.map((line) => line.slice(5).trimStart()).join("\n");
        }
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
