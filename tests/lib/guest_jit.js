// SPDX-License-Identifier: MIT
// Work for a JavaScript engine inside a guest: `node guest_jit.js SECONDS SEED` runs every kernel again and again until the
// time is over and prints "NAME CHECKSUM" for each. A kernel must give the same every time; a compiled function that is
// wrong, stale or thrown away too late shows up as "differs". `node --jitless` is the reference for the first round.
'use strict';
const crypto = require('crypto');

function random(seed) { // Numerical Recipes' generator
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0);
}
function digest(value) { return crypto.createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16); }

class Shape { area() { return 0; } }
class Square extends Shape { constructor(a) { super(); this.a = a; } area() { return this.a * this.a; } }
class Circle extends Shape { constructor(r) { super(); this.r = r; } area() { return this.r * 3; } }
class Box extends Shape { constructor(a, b) { super(); this.a = a; this.b = b; } area() { return this.a * this.b | 0; } }

const kernels = {
  methods(seed) { // inline caches that go from one shape to many
    const next = random(seed), shapes = [];
    for (let i = 0; i < 300; i++) shapes.push([new Square(next() & 255), new Circle(next() & 255), new Box(next() & 255, next() & 15)][next() % 3]);
    let sum = 0;
    for (let n = 0; n < 200; n++) for (const shape of shapes) sum = (sum + shape.area()) % 1000003;
    return sum;
  },
  floats(seed) { // no Math.sin: it is C, which compilers may contract to fused operations, or not
    const next = random(seed), x = Float64Array.from({ length: 600 }, () => next() / 2 ** 32), y = new Float64Array(600);
    for (let n = 0; n < 60; n++) for (let i = 1; i < 599; i++) y[i] = Math.sqrt(x[i - 1] * x[i + 1] + y[i]) / (1 + Math.abs(Math.fround(x[i] - 0.5)));
    return Array.from(y);
  },
  integers(seed) {
    const a = new Int32Array(4096), next = random(seed);
    for (let i = 0; i < a.length; i++) a[i] = next();
    let h = 0;
    for (let n = 0; n < 40; n++) for (let i = 0; i < a.length; i++) { h = Math.imul(h ^ a[i], 0x01000193) + (h >>> 15); a[i] += h; }
    return [h, a[7], a[4095]];
  },
  types(seed) { // optimised for integers, then met by floats, strings and overflow: deoptimisation in mid-loop
    const add = (a, b) => a + b, next = random(seed);
    const log = [];
    for (let round = 0; round < 6; round++) {
      let value = round === 3 ? '' : 0;
      for (let i = 0; i < 3000; i++) value = add(value, round === 4 ? (next() & 7) + 0.25 : round === 5 ? 0x3fffffff : next() & 7);
      log.push(typeof value === 'string' ? digest(value) : value);
    }
    return log;
  },
  generated(seed) { // code that is made, run hot and thrown away
    const next = random(seed);
    let sum = 0;
    for (let n = 0; n < 40; n++) {
      const f = new Function('x', `let s = ${next() % 1000}; for (let i = 0; i < 400; i++) s = (s * ${next() % 97 + 3} + (x ^ i) % ${next() % 31 + 2}) % 65521; return s;`);
      for (let i = 0; i < 20; i++) sum = (sum * 31 + f(i)) % 1000003;
    }
    return sum;
  },
  garbage(seed) { // moves objects, and the code that points at them
    const next = random(seed), map = new Map();
    for (let i = 0; i < 20000; i++) map.set(next() % 3000, { i, list: [i, { text: 'n' + i }] });
    let sum = 0;
    for (const [key, value] of map) sum = (sum + key * value.i + value.list[1].text.length) % 1000003;
    return sum;
  },
  text(seed) {
    const next = random(seed), words = Array.from({ length: 4000 }, () => (next() % 46656).toString(36));
    const joined = words.join(' ').replace(/([a-m])([0-9n-z])/g, '$2-$1');
    return [joined.match(/\b\w\w\b/g).length, digest(joined), words.sort().slice(0, 5)];
  },
  bigints(seed) {
    let value = BigInt(seed) + 3n;
    for (let i = 0; i < 120; i++) value = (value * value + BigInt(i)) % (2n ** 521n - 1n);
    return value.toString(36);
  },
  webassembly(seed) { // (x, n): repeats x = x * 1103515245 + 12345 n times
    if (typeof WebAssembly === 'undefined') return webassemblyByHand(seed, 50000); // --jitless has none
    const bytes = [0, 97, 115, 109, 1, 0, 0, 0, 1, 7, 1, 96, 2, 127, 127, 1, 127, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0, 10, 36, 1, 34, 0,
      3, 64, 32, 0, 65, 237, 156, 153, 142, 4, 108, 65, 185, 224, 0, 106, 33, 0, 32, 1, 65, 1, 107, 34, 1, 13, 0, 11, 32, 0, 11];
    bytes[29] = bytes.length - 30; bytes[31] = bytes.length - 32;
    const module = new WebAssembly.Module(new Uint8Array(bytes));
    return new WebAssembly.Instance(module).exports.f(seed | 0, 50000);
  },
};
function webassemblyByHand(x, n) {
  for (x |= 0; n; n--) x = (Math.imul(x, 1103515245) + 12345) | 0;
  return x;
}

const seconds = Number(process.argv[2]), seed = Number(process.argv[3]), first = {};
const end = Date.now() + seconds * 1000;
let rounds = 0;
do {
  for (const [name, kernel] of Object.entries(kernels)) {
    const sum = digest(kernel(seed));
    first[name] ??= sum;
    if (first[name] !== sum) { console.log(`${name} differs in round ${rounds}: ${sum}, not ${first[name]}`); process.exit(1); }
  }
  rounds++;
} while (Date.now() < end);
for (const [name, sum] of Object.entries(first)) console.log(name, sum);
console.error(`rounds: ${rounds}`);
