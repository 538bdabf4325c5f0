/**
 * Garbage collected in idle moments, and the memory that a warm process holds after that.
 *
 * Left to itself V8 lets hundreds of MB of dead objects come together before it looks, and a growth
 * could not be told from them.
 */
import v8 from 'node:v8';
import vm from 'node:vm';

const IDLE_MS = 1000;

/** Works in a row after which it doesn't wait for an idle moment; it takes some 0.1 s. */
const IN_A_ROW = 10;

/** Gives `busy`, to call before work; `idle`, to call after it; and `held`, bytes. */
export function collectWhenIdle() {
  v8.setFlagsFromString('--expose-gc');
  const collect = vm.runInNewContext('gc');
  const { setTimeout: later, clearTimeout: never } = globalThis;
  let timer;
  let works = 0;
  let settled = 0;
  const settle = () => {
    collect();
    works = 0;
    settled = process.memoryUsage().rss;
  };
  return {
    busy: () => never(timer),
    idle: () => {
      works += 1;
      timer = later(settle, works < IN_A_ROW ? IDLE_MS : 0).unref();
    },
    /** After the last collection; before the first one, of now. */
    held: () => settled || process.memoryUsage().rss,
  };
}
