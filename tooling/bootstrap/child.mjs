/** Child processes of the bootstrap: a clean environment in, the exit code out, signals passed on. Node 18 syntax. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { delimiter } from 'node:path';

/** npm settings that say where packages come from; everything else npm left in the environment is about its own run. */
const KEPT =
  /^npm_config_(registry|cache|userconfig|(https?[-_]?)?proxy|https_proxy|noproxy|cafile|ca|strict_ssl|@.*|\/\/.*)$/i;

/** The environment for a step or job: without npm's lifecycle variables and NODE_OPTIONS, with `folders` first on PATH. */
export function cleanEnvironment(inherited, folders) {
  const clean = {};
  let path = '';
  for (const [name, value] of Object.entries(inherited)) {
    if (name.toUpperCase() === 'PATH') path = value;
    else if (name === 'NODE_OPTIONS') continue;
    else if (!/^npm_/i.test(name) || name === 'INIT_CWD') clean[name] = value;
    else if (KEPT.test(name)) {
      clean[name] = value;
      // pnpm reads the same settings under its own prefix.
      const setting = name.slice('npm_config_'.length);
      if (!/userconfig|^cache$/i.test(setting)) clean[`pnpm_config_${setting}`] = value;
    }
  }
  clean.PATH = [...folders, path].join(delimiter);
  clean.TURBO_TELEMETRY_DISABLED = '1';
  clean.TURBO_NO_UPDATE_NOTIFIER = '1';
  clean.DO_NOT_TRACK = '1';
  return clean;
}

/**
 * Runs a command to its end and resolves to its exit code (128 + signal if one ended it, as a shell would say).
 *
 * Ctrl-C reaches the child by itself, because it shares our terminal; we only wait for what it decides. Signals sent to us
 * alone are passed on.
 */
export function run(command, parameters, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, parameters, { stdio: 'inherit', ...options });
    const wait = () => undefined;
    const pass = (signal) => child.kill(signal);
    process.on('SIGINT', wait).on('SIGTERM', pass).on('SIGHUP', pass);
    const done = () => process.off('SIGINT', wait).off('SIGTERM', pass).off('SIGHUP', pass);
    child.on('error', (error) => {
      done();
      reject(error);
    });
    child.on('exit', (code, signal) => {
      done();
      resolve(code === null ? 128 + (constants.signals[signal] ?? 0) : code);
    });
  });
}
