// What rustc tells of names it has kept, binaryen does not know, and says so a thousand times.
for (const way of ["warn", "error"]) {
  const said = console[way].bind(console);
  console[way] = (text, ...more) => String(text).startsWith("warning: unknown name subsection") || said(text, ...more);
}
const { default: binaryen } = await import("../../end2end/node_modules/binaryen/index.js");

/** The same module, smaller: as `wasm-opt -Oz` does it, without starting a program, which takes half a second, for each of two hundred. */
export function optimised(wasm) {
  binaryen.setOptimizeLevel(2);
  binaryen.setShrinkLevel(2);
  const module = binaryen.readBinary(wasm);
  module.setFeatures(module.getFeatures() | binaryen.Features.BulkMemory | binaryen.Features.NontrappingFPToInt);
  // What the first time leaves behind, the second takes away.
  module.optimize();
  module.optimize();
  module.runPasses(["strip-debug", "strip-producers", "strip-target-features"]);
  const made = module.emitBinary();
  module.dispose();
  return Buffer.from(made);
}
