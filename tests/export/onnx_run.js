// Runs ONNX models in onnxruntime-web. Usage: node onnx_run.js RUNTIME JOBS ANSWERS
// JOBS: JSON, a list of {model, feeds: {name: {type, dims, data}}}, where null is NaN.
// ANSWERS: JSON, a list of {name: {dims, data}}.
'use strict';
const fs = require('fs');
const [runtime, jobs, answers] = process.argv.slice(2);
const ort = require(runtime);

async function run(job) {
  const session = await ort.InferenceSession.create(job.model, {executionProviders: ['wasm']});
  const feeds = {};
  for (const [name, feed] of Object.entries(job.feeds)) {
    const data = feed.type === 'string' ? feed.data : feed.data.map((x) => (x === null ? NaN : x));
    feeds[name] = new ort.Tensor(feed.type, data, feed.dims);
  }
  const result = {};
  for (const [name, tensor] of Object.entries(await session.run(feeds))) {
    result[name] = {dims: tensor.dims, data: Array.from(tensor.data, (x) => x)};
  }
  await session.release();
  return result;
}

async function main() {
  ort.env.wasm.numThreads = 1;
  const all = [];
  for (const job of JSON.parse(fs.readFileSync(jobs, 'utf8'))) {
    all.push(await run(job));
  }
  fs.writeFileSync(answers, JSON.stringify(all));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
