// SPDX-License-Identifier: MIT
// Numbers as text, bars, colours and canvases.
function shown(x, digits) {
  if (Number.isNaN(x)) return "NaN";
  if (!Number.isFinite(x)) return x > 0 ? "\u221e" : "\u2212\u221e";
  const fixed = x.toFixed(digits);
  return Number(fixed) === 0 ? (0).toFixed(digits) : fixed.replace("-", "\u2212");
}

function made(name, properties = {}, ...children) {
  const node = Object.assign(document.createElement(name), properties);
  node.append(...children);
  return node;
}

// A bar for a part of 1, and the number.
function bar(x, digits) {
  const fill = made("i");
  fill.style.width = `${100 * Math.min(Math.max(x, 0), 1) || 0}%`;
  const track = made("span", { className: "bar" }, fill);
  track.setAttribute("aria-hidden", "true");
  return [track, shown(x, digits)];
}

// A colour of the style sheet as [red, green, blue].
function colour(name) {
  const hex = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  return [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
}

function mixed(from, to, share) {
  return from.map((value, i) => value + (to[i] - value) * share);
}

// Blue above 0, orange below, as strong as x / largest.
function signed(x, largest, strongest = 1) {
  const share = largest > 0 ? Math.min(Math.abs(x) / largest, 1) * strongest : 0;
  return mixed(colour("--surface"), colour(x < 0 ? "--one" : "--zero"), share || 0);
}

function css(rgb) {
  return `rgb(${rgb.map(Math.round).join(" ")})`;
}

function largestOf(numbers) {
  return numbers.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
}

// Paints width x height pixels, each [red, green, blue] of its index.
function paint(canvas, width, height, pixel) {
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d"), image = context.createImageData(width, height);
  for (let i = 0; i < width * height; i++) image.data.set([...pixel(i), 255], 4 * i);
  context.putImageData(image, 0, 0);
}

// A context in CSS pixels, sharp on the screen that there is, and its size.
function sized(canvas) {
  const width = canvas.clientWidth, height = canvas.clientHeight, scale = devicePixelRatio || 1;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext("2d");
  context.scale(scale, scale);
  return { context, width, height };
}
