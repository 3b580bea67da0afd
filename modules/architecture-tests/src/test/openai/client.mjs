// The official client against a running server: node client.mjs URL
import assert from "node:assert/strict";
import OpenAI from "openai";

const client = new OpenAI({ baseURL: process.argv[2] + "/v1", apiKey: "none", maxRetries: 0 });
const question = {
  model: "demo",
  temperature: 0,
  messages: [{ role: "user", content: "What is 2+2?" }],
};
const answer = "2+2=4.\nThe answer is \\boxed{4}.";

const reply = await client.chat.completions.create(question);
assert.equal(reply.choices[0].message.content, answer);
assert.equal(reply.choices[0].finish_reason, "stop");
assert.equal(reply.usage.total_tokens, 50);

let text = "";
let usage;
const stream = await client.chat.completions.create({
  ...question,
  stream: true,
  stream_options: { include_usage: true },
});
for await (const chunk of stream) {
  text += chunk.choices[0]?.delta?.content ?? "";
  usage = chunk.usage ?? usage;
}
assert.equal(text, answer);
assert.equal(usage.completion_tokens, 15);

const stopped = await client.chat.completions.create({ ...question, stop: "." });
assert.equal(stopped.choices[0].message.content, "2+2=4");

const likely = await client.chat.completions.create({ ...question, logprobs: true, top_logprobs: 2 });
assert.equal(likely.choices[0].logprobs.content.map((token) => token.token).join(""), answer);
assert.equal(likely.choices[0].logprobs.content[0].top_logprobs.length, 2);

await assert.rejects(
  client.chat.completions.create({ ...question, top_p: 7 }),
  (error) => error instanceof OpenAI.BadRequestError && error.param === "top_p",
);
await assert.rejects(
  client.chat.completions.create({ ...question, model: "other" }),
  (error) => error instanceof OpenAI.NotFoundError && error.code === "model_not_found",
);

const long = await client.completions.create({
  model: "demo",
  prompt: "1+1",
  max_tokens: 400,
  logit_bias: { 762: -100, 765: -100, 766: -100 },
  stream: true,
});
for await (const chunk of long) {
  assert.equal(chunk.object, "text_completion");
  break;
}
long.controller.abort();

// The place is free at once: the answer was given up, not made to its end.
const base = process.argv[2];
for (let cancelled = 0; cancelled === 0; ) {
  const metrics = await (await fetch(base + "/metrics")).text();
  cancelled = Number(/^mobilellm_answers_cancelled_total (\d+)$/m.exec(metrics)[1]);
}

const models = await client.models.list();
assert.deepEqual(models.data.map((model) => model.id), ["demo"]);
