// SPDX-License-Identifier: MIT
// Loads iris.wasm and asks it which iris this is: node run.js iris.wasm
const fs = require("fs");

const { exports: iris } = new WebAssembly.Instance(
    new WebAssembly.Module(fs.readFileSync(process.argv[2])));
const floats = (address, count) => new Float32Array(iris.memory.buffer, address, count);

function text(address) {
    const bytes = new Uint8Array(iris.memory.buffer, address);
    return new TextDecoder().decode(bytes.slice(0, bytes.indexOf(0)));
}

if (iris.self_test() !== 0) throw new Error("the self-test failed");
floats(iris.values(), 4).set([6.3, 2.9, 5.6, 1.8]);
if (iris.predict() !== 0) throw new Error("no prediction");
floats(iris.probabilities(), 3).forEach((p, i) =>
    console.log(text(iris.class_name(i)), p.toFixed(3)));
