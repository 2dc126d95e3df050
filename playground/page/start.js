// SPDX-License-Identifier: MIT
try {
  c = await load();
  startScores();
  startNetwork();
  startPicture();
  const redraw = () => {
    showScores();
    showNetwork();
    showPicture();
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  addEventListener("resize", redraw);
  globalThis.playground = { c, scores, network, picture };
} catch (error) {
  element("failure").textContent = `The compiled code does not run here: ${error.message}`;
  element("failure").hidden = false;
  throw error;
}
