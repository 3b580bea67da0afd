/** Which model there is, and whether its server answers. */
import { Failure, Gone, isHealthy, model } from "./api.js";
import { byId } from "./dom.js";

const RETRY_MS = 3000;
let waiting = false;

/** Shows the model; while there is no server, tries again. A key is asked for once only. */
export async function connect() {
  try {
    const { id, context } = await model();
    byId("model").textContent = id;
    byId("model").title = `Context of ${context} tokens`;
    document.body.classList.remove("offline");
    byId("offline").hidden = true;
  } catch (error) {
    offline(error instanceof Failure ? error.message : String(error));
    if (error instanceof Gone && !waiting) {
      waiting = true;
      setTimeout(again, RETRY_MS);
    }
  }
}

function offline(sentence) {
  document.body.classList.add("offline");
  byId("offline").hidden = false;
  byId("offline-reason").textContent = sentence;
}

async function again() {
  if (await isHealthy()) {
    waiting = false;
    connect();
  } else {
    setTimeout(again, RETRY_MS);
  }
}
