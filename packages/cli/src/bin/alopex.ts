#!/usr/bin/env node
/** Starts the program on the process's own streams. */
import { main } from '../main.ts';

const { stdin, stdout, stderr, env } = process;

// A reader that goes away (`alopex sql … | head`) is no error of ours.
stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

process.exitCode = await main(process.argv.slice(2), { stdin, stdout, stderr, environment: env });
