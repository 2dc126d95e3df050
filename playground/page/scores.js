// SPDX-License-Identifier: MIT
// The first section: sliders, and what C makes of their positions.
const scores = { logits: [1.25, 2.44, 0.78, 0.12], names: ["cat", "dog", "tiger", "none"], label: 1,
                 temperature: 1 };

const examples = [
  ["cat, dog, tiger, none", [1.25, 2.44, 0.78, 0.12], "the worked example"],
  ["0.25, 1.23, \u22120.8", [0.25, 1.23, -0.8], "a negative score: the sum fails"],
  ["\u22120.25, 1, \u22120.75", [-0.25, 1, -0.75], "the sum is 0"],
  ["0.1, 0.9, 0.2", [0.1, 0.9, 0.2], "the sum works, and differs"],
  ["0, 0.9, 0.1", [0, 0.9, 0.1], "a score of 0 is still possible"],
  ["1, 3, 2", [1, 3, 2], "the order is kept"],
];

function computeScores() {
  const k = scores.logits.length;
  floats(c.scores_logits(), k).set(scores.logits);
  check(c.scores_compute(k, scores.temperature, scores.label));
  Object.assign(scores, {
    probabilities: [...floats(c.scores_probabilities(), k)],
    plain: [...floats(c.scores_plain(), k)],
    gradient: [...floats(c.scores_gradient(), k)],
    jacobian: [...floats(c.scores_jacobian(), k * k)],
    loss: c.scores_loss(),
  });
}

// What is wrong with dividing by the sum, if anything is.
function plainNote() {
  if (scores.plain.some((x) => !Number.isFinite(x)))
    return "Dividing by the sum fails here: the sum of these scores is 0.";
  if (scores.plain.some((x) => x < 0 || x > 1))
    return "Dividing by the sum fails here: what comes out is below 0 or above 1, so no " +
           "probabilities. Softmax makes every score positive first, by exp.";
  if (scores.logits.some((x) => x < 0))
    return "Dividing by the sum turns these scores around: all are below 0, and the lowest gets most.";
  return "Dividing by the sum happens to give probabilities here, since no score is negative. Make " +
         "one negative.";
}

function showProbabilities() {
  const rows = scores.logits.map((_, i) => {
    const failed = !(scores.plain[i] >= 0 && scores.plain[i] <= 1);
    return made("tr", {},
      made("th", { scope: "row" }, scores.names[i] + (i === scores.label ? " (y)" : "")),
      made("td", {}, ...bar(scores.probabilities[i], 6)),
      made("td", { className: failed ? "wrong" : "" }, ...bar(scores.plain[i], 3)),
      made("td", {}, shown(scores.gradient[i], 6)));
  });
  element("probabilities").tBodies[0].replaceChildren(...rows);
  element("loss").textContent = shown(scores.loss, 6);
  const note = plainNote(); // said aloud when it changes, and only then
  if (element("plain-note").textContent !== note) element("plain-note").textContent = note;
}

function showJacobian() {
  const k = scores.logits.length, table = element("jacobian"), largest = largestOf(scores.jacobian);
  const names = scores.names.slice(0, k);
  table.tHead.replaceChildren(made("tr", {}, made("td"),
    ...names.map((name) => made("th", { scope: "col" }, `by ${name}`))));
  table.tBodies[0].replaceChildren(...names.map((name, i) => made("tr", {},
    made("th", { scope: "row" }, `p of ${name}`),
    ...names.map((_, j) => {
      const x = scores.jacobian[i * k + j], cell = made("td", {}, shown(x, 4));
      cell.style.background = css(signed(x, largest, 0.55));
      return cell;
    }))));
}

function showScores() {
  computeScores();
  showProbabilities();
  showJacobian();
}

function slider(i) {
  const id = `logit-${i}`, output = made("output", { id: `${id}-value` }, shown(scores.logits[i], 2));
  const input = made("input", { type: "range", id, min: -5, max: 5, step: 0.01,
                                value: scores.logits[i] });
  input.addEventListener("input", () => {
    scores.logits[i] = Number(input.value);
    output.textContent = shown(scores.logits[i], 2);
    showScores();
  });
  return made("div", { className: "slider" },
    made("label", { htmlFor: id }, scores.names[i]), input, output);
}

function choice(i) {
  const input = made("input", { type: "radio", name: "label", id: `label-${i}`,
                                checked: i === scores.label });
  input.addEventListener("change", () => {
    scores.label = i;
    showScores();
  });
  return made("label", {}, input, scores.names[i]);
}

// Sliders and choices for the present number of scores.
function makeScoreControls() {
  for (const [id, control] of [["logits", slider], ["labels", choice]]) {
    const set = element(id);
    set.replaceChildren(set.querySelector("legend"), ...scores.logits.map((_, i) => control(i)));
  }
  showScores();
}

function setTemperature(exponent) {
  scores.temperature = 10 ** exponent;
  element("temperature").value = exponent;
  element("temperature-value").textContent = shown(scores.temperature, 2);
}

function startScores() {
  element("examples").append(...examples.map(([name, logits, title]) => {
    const button = made("button", { type: "button", title }, name);
    button.addEventListener("click", () => {
      scores.logits = [...logits];
      scores.label = 1;
      setTemperature(0);
      makeScoreControls();
    });
    return button;
  }));
  element("temperature").addEventListener("input", (event) => {
    setTemperature(Number(event.target.value));
    showScores();
  });
  makeScoreControls();
}
