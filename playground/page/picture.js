// SPDX-License-Identifier: MIT
// The third section: a picture file goes to C as it is, and is decoded there.
const picture = { names: [] };

function complain(problem) {
  element("picture-problem").textContent = problem;
  element("picture-problem").hidden = false;
  element("answer").hidden = true;
}

async function readPicture(file) {
  try {
    const content = new Uint8Array(await file.arrayBuffer());
    const address = c.picture_file(content.length);
    if (address === 0) throw new Error(text(c.message()));
    bytes(address, content.length).set(content);
    check(c.picture_read(content.length));
    check(c.picture_explain());
  } catch (error) {
    complain(`${file.name || "The picture"}: ${error.message.replace(/^picture: /, "")}`);
    return;
  }
  const size = picture.width * picture.height;
  picture.pixels = [...bytes(c.picture_pixels(), 3 * size)];
  picture.probabilities = [...floats(c.picture_probabilities(), picture.names.length)];
  picture.importance = [...floats(c.picture_importance(), size)];
  element("picture-problem").hidden = true;
  element("answer").hidden = false;
  showPicture();
}

// The picture in grey, and over it, the stronger the more it mattered, a colour.
function showImportance() {
  const largest = largestOf(picture.importance), zero = colour("--zero"), one = colour("--one");
  paint(element("importance"), picture.width, picture.height, (i) => {
    const [r, g, b] = picture.pixels.slice(3 * i, 3 * i + 3), x = picture.importance[i];
    const grey = 0.299 * r + 0.587 * g + 0.114 * b;
    const share = largest > 0 ? 0.9 * Math.abs(x) / largest : 0;
    return mixed([grey, grey, grey], x < 0 ? one : zero, share);
  });
}

function showPicture() {
  if (!picture.probabilities) return;
  paint(element("seen"), picture.width, picture.height,
        (i) => picture.pixels.slice(3 * i, 3 * i + 3));
  showImportance();
  const order = picture.names.map((_, i) => i);
  order.sort((a, b) => picture.probabilities[b] - picture.probabilities[a]);
  element("classes").tBodies[0].replaceChildren(...order.map((i) => made("tr", {},
    made("th", { scope: "row" }, picture.names[i]),
    made("td", {}, ...bar(picture.probabilities[i], 4)))));
  element("verdict").textContent = `The network says: ${picture.names[order[0]]}, ` +
    `${shown(100 * picture.probabilities[order[0]], 1)} %.`;
}

function startPicture() {
  picture.width = c.picture_width();
  picture.height = c.picture_height();
  for (let i = 0; i < c.picture_classes(); i++) picture.names.push(text(c.picture_class(i)));
  element("picture-size").textContent = `${picture.width} x ${picture.height}`;
  element("file").addEventListener("change", (event) => {
    if (event.target.files.length > 0) readPicture(event.target.files[0]);
  });
  for (const button of element("samples").querySelectorAll("button")) {
    const content = atob(button.firstElementChild.src.split(",")[1]);
    const file = new Blob([Uint8Array.from(content, (c) => c.charCodeAt(0))]);
    button.addEventListener("click", () => readPicture(file));
  }
  const drop = element("drop");
  document.addEventListener("dragover", (event) => event.preventDefault());
  drop.addEventListener("dragover", () => drop.classList.add("over"));
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    if (event.dataTransfer.files.length > 0) readPicture(event.dataTransfer.files[0]);
  });
}
