/** Preloaded into a child process: it believes to be on another processor. */
Object.defineProperty(process, 'arch', { value: 'arm64' });
