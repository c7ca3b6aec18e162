#!/usr/bin/env node
// `node bin/alexnet.ts`: the launcher under a name that says TypeScript. An old Node runs it too, because
// in a CommonJS package it reads files of unknown extensions as plain JavaScript.
require('./alexnet.js');
