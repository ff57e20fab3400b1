// Starts and stops the programs that the tests need.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const running = [];

// The page, with the built-in server or the one that the options name. Returns its origin.
export async function startPage(program, ...options) {
  return started(program, options, /Open (http:\S+)\//);
}

// The real `oidc-provider`. Returns its issuer.
export async function startProvider() {
  const script = fileURLToPath(new URL('oidc-provider.mjs', import.meta.url));
  return `http://127.0.0.1:${await started(process.execPath, [script], /^port (\d+)/m)}`;
}

async function started(command, options, pattern) {
  const child = spawn(command, options, { stdio: ['ignore', 'pipe', 'pipe'] });
  running.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => { output += text; });
  for (let waited = 0; waited < 600 && child.exitCode === null; waited += 1) {
    const found = output.match(pattern);
    if (found) return found[1];
    await new Promise((resolve) => { setTimeout(resolve, 200); });
  }
  throw new Error(`${command} does not start:\n${output}`);
}

export async function stopAll() {
  for (const child of running.filter(({ exitCode }) => exitCode === null)) {
    const ended = once(child, 'exit');
    child.kill();
    await ended;
  }
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    await stopAll();
    process.exit(1);
  });
}
