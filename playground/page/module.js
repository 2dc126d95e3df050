// SPDX-License-Identifier: MIT
// The compiled module, and how its memory is read. Views are made anew each time: when the module
// takes more memory, the old ones are empty.
async function load() {
  const packed = Uint8Array.from(atob(element("module").textContent), (c) => c.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const bytes = await new Response(stream).arrayBuffer();
  return (await WebAssembly.instantiate(bytes)).instance.exports;
}

let c; // what playground/*.c export

function element(id) {
  return document.getElementById(id);
}

function floats(address, count) {
  return new Float32Array(c.memory.buffer, address, count);
}

function bytes(address, count) {
  return new Uint8Array(c.memory.buffer, address, count);
}

function text(address) {
  const all = new Uint8Array(c.memory.buffer, address);
  return new TextDecoder().decode(all.slice(0, all.indexOf(0)));
}

// Throws what the library says when it refuses something.
function check(status) {
  if (status !== 0) throw new Error(text(c.message()));
}
