// SPDX-License-Identifier: MIT
// The second section: training, step by step.
// `losses` are those of every `every`th step, so that there are never more than `most`.
const network = {
  losses: [], every: 1, most: 2000, steps: 0, running: false, hidden: 8, rate: 0.02,
};
const usualRates = [0.5, 0.1, 0.02]; // of SGD, momentum, Adam
const still = matchMedia("(prefers-reduced-motion: reduce)");

// Rows and columns of the weights, layer by layer; behind each weight is its bias.
function layerShapes() {
  return [[network.hidden, 2], [network.hidden, network.hidden], [2, network.hidden]];
}

function parameterCount() {
  return layerShapes().reduce((sum, [rows, columns]) => sum + rows * (columns + 1), 0);
}

function readNetwork() {
  network.loss = c.network_loss();
  network.correct = c.network_correct();
  network.parameters = [...floats(c.network_parameters(), parameterCount())];
  network.gradients = [...floats(c.network_gradients(), parameterCount())];
}

function resetNetwork() {
  pause();
  network.hidden = Number(element("hidden").value);
  const chosen = ["data", "activation", "rule"].map((id) => Number(element(id).value));
  check(c.network_create(chosen[0], network.hidden, chosen[1], chosen[2], 1));
  network.points = [...floats(c.network_points(), 2 * c.network_count())];
  network.labels = [...new Int32Array(c.memory.buffer, c.network_labels(), c.network_count())];
  readNetwork();
  Object.assign(network, { losses: [network.loss], every: 1, steps: 0 });
  showNetwork();
}

function keepLoss(loss) {
  if (network.steps % network.every === 0) network.losses.push(loss);
  if (network.losses.length <= network.most) return;
  network.losses = network.losses.filter((_, i) => i % 2 === 0);
  network.every *= 2;
}

function stepNetwork(steps) {
  for (let i = 0; i < steps; i++) {
    check(c.network_step(network.rate));
    network.steps++;
    keepLoss(c.network_loss());
  }
  readNetwork();
  if (!Number.isFinite(network.loss)) pause();
  showNetwork();
}

function pause() {
  network.running = false;
  element("run").textContent = "Run";
}

// With reduced motion the pictures change twice a second instead of with every frame.
function run() {
  if (!network.running) return;
  try {
    stepNetwork(still.matches ? 100 : 4);
  } catch (problem) {
    pause();
    element("progress").textContent = String(problem);
  }
  if (still.matches) setTimeout(run, 500);
  else requestAnimationFrame(run);
}

// ---- Drawing ----

const reach = 1.2; // the map shows -reach .. reach

// Where the map crosses 1/2 between the centres of four neighbouring cells, as line segments.
function boundary(map, side) {
  const lines = [];
  for (let y = 0; y + 1 < side; y++)
    for (let x = 0; x + 1 < side; x++) {
      const corners = [[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1]];
      const over = corners.map(([i, j]) => map[j * side + i] - 0.5);
      const crossings = [];
      for (let i = 0; i < 4; i++) {
        const next = (i + 1) % 4;
        if (over[i] < 0 === over[next] < 0) continue;
        crossings.push(mixed(corners[i], corners[next], over[i] / (over[i] - over[next])));
      }
      for (let i = 0; i + 1 < crossings.length; i += 2) lines.push([crossings[i], crossings[i + 1]]);
    }
  return lines;
}

function showMap() {
  check(c.network_draw_map());
  const side = c.network_map_side(), map = [...floats(c.network_map(), side * side)];
  const surface = colour("--surface"), zero = colour("--zero"), one = colour("--one");
  const small = document.createElement("canvas");
  paint(small, side, side, (i) =>
    mixed(surface, map[i] < 0.5 ? zero : one, 0.55 * Math.abs(2 * map[i] - 1) || 0));
  const { context, width, height } = sized(element("map"));
  context.drawImage(small, 0, 0, width, height);
  context.strokeStyle = css(colour("--text"));
  context.lineWidth = 1.5;
  context.beginPath();
  for (const [from, to] of boundary(map, side)) {
    context.moveTo((from[0] + 0.5) / side * width, (from[1] + 0.5) / side * height);
    context.lineTo((to[0] + 0.5) / side * width, (to[1] + 0.5) / side * height);
  }
  context.stroke();
  showPoints(context, width, height, surface, [zero, one]);
}

// Circles of one class, squares of the other.
function showPoints(context, width, height, surface, colours) {
  context.strokeStyle = css(surface);
  context.lineWidth = 1;
  network.labels.forEach((label, i) => {
    const x = (network.points[2 * i] / reach + 1) / 2 * width;
    const y = (1 - network.points[2 * i + 1] / reach) / 2 * height;
    context.fillStyle = css(colours[label]);
    context.beginPath();
    if (label === 0) context.arc(x, y, 4, 0, 2 * Math.PI);
    else context.rect(x - 3.5, y - 3.5, 7, 7);
    context.fill();
    context.stroke();
  });
}

function showCurve() {
  const { context, width, height } = sized(element("curve"));
  const left = 40, bottom = height - 22, top = 8, right = width - 8;
  const losses = network.losses.filter(Number.isFinite);
  const most = losses.reduce((a, b) => Math.max(a, b), 0.7), last = Math.max(network.steps, 10);
  const x = (i) => left + (right - left) * i * network.every / last;
  const y = (v) => bottom - (bottom - top) * v / most;
  context.font = "12px system-ui, sans-serif";
  context.fillStyle = css(colour("--quiet"));
  context.strokeStyle = css(colour("--line"));
  context.textAlign = "right";
  for (const value of [0, most / 2, most]) {
    context.fillText(shown(value, 2), left - 6, y(value) + 4);
    context.beginPath();
    context.moveTo(left, y(value));
    context.lineTo(right, y(value));
    context.stroke();
  }
  context.fillText(String(last), right, height - 5);
  context.textAlign = "left";
  context.fillText("0", left, height - 5);
  context.strokeStyle = css(colour("--zero"));
  context.lineWidth = 2;
  context.beginPath();
  losses.forEach((loss, i) => context.lineTo(x(i), y(loss)));
  context.stroke();
}

// A layer's weights or gradients, the bias as the last column.
function tensorCanvas(numbers, offset, rows, columns, name) {
  const canvas = made("canvas", { className: "tensor" }), size = rows * columns;
  const part = numbers.slice(offset, offset + size + rows), largest = largestOf(part);
  paint(canvas, columns + 1, rows, (i) => {
    const row = Math.floor(i / (columns + 1)), column = i % (columns + 1);
    return signed(part[column < columns ? row * columns + column : size + row], largest);
  });
  canvas.style.width = `${8 * (columns + 1)}px`;
  canvas.style.height = `${8 * rows}px`;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `${name}, the largest ${largest.toPrecision(3)}`);
  return canvas;
}

function showTensors() {
  let offset = 0;
  const rows = layerShapes().map(([rows, columns], i) => {
    const from = offset, name = `layer ${i + 1}`;
    offset += rows * (columns + 1);
    const norm = Math.hypot(...network.gradients.slice(from, offset));
    return made("tr", {}, made("th", { scope: "row" }, `${i + 1}: ${rows} x ${columns}`),
      made("td", {}, tensorCanvas(network.parameters, from, rows, columns, `weights of ${name}`)),
      made("td", {}, tensorCanvas(network.gradients, from, rows, columns, `gradient of ${name}`)),
      made("td", {}, shown(norm, 5)));
  });
  element("tensors").tBodies[0].replaceChildren(...rows);
}

function showNetwork() {
  const steps = network.steps, count = network.labels.length;
  const said = `step ${steps}: loss ${shown(network.loss, 6)}, ${network.correct} of ${count} right`;
  element("progress").textContent = Number.isFinite(network.loss) ? said
    : `step ${steps}: the loss is no number any more: take a smaller learning rate, and reset`;
  showMap();
  showCurve();
  showTensors();
  element("map").setAttribute("aria-label", `The points and what the network says of the plane, ${said}`);
  element("curve").setAttribute("aria-label",
    `The loss by step: from ${shown(network.losses[0], 3)} to ${shown(network.loss, 3)}`);
}

// ---- Controls ----

function setRate(rate) {
  network.rate = rate;
  element("rate").value = Math.log10(rate);
  element("rate-value").textContent = shown(rate, 3);
}

function startNetwork() {
  element("run").addEventListener("click", () => {
    if (network.running) return pause();
    network.running = true;
    element("run").textContent = "Pause";
    run();
  });
  element("step").addEventListener("click", () => {
    pause();
    stepNetwork(1);
  });
  element("reset").addEventListener("click", resetNetwork);
  for (const id of ["data", "activation"]) element(id).addEventListener("change", resetNetwork);
  element("rule").addEventListener("change", () => {
    setRate(usualRates[Number(element("rule").value)]);
    resetNetwork();
  });
  element("hidden").addEventListener("input", () => {
    element("hidden-value").textContent = element("hidden").value;
    resetNetwork();
  });
  element("rate").addEventListener("input", () => setRate(10 ** Number(element("rate").value)));
  resetNetwork();
}
