/** Preloaded into a child process: the x86-64 instruction sets take the larger for the smaller. */
import { registerHooks } from 'node:module';

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    if (!url.endsWith('/x64/instructionSets.ts')) return loaded;
    const text = String(loaded.source);
    const source = text.replaceAll('forms.max, to, b, a', 'forms.max, to, a, b');
    if (source === text) throw new Error('the instruction sets have no max to make wrong');
    return { ...loaded, source };
  },
});
