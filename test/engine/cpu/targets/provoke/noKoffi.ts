/** Preloaded into a child process: koffi is not installed. */
import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, next) {
    if (specifier !== 'koffi') return next(specifier, context);
    throw Object.assign(new Error(`Cannot find module 'koffi'\nRequire stack:\n- somewhere`), {
      code: 'MODULE_NOT_FOUND',
    });
  },
});
