import { once } from 'node:events';
import { ConfigError, parseConfig, startService } from 'session-auth-server';

/** The server in a process of your own, with settings of your own: until SIGTERM. */
function readSettings() {
  try {
    return parseConfig({ AUTH_TYPE: 'basic_auth', ...process.env }).config;
  } catch (error) {
    // Every value that cannot be used, a sentence each.
    if (error instanceof ConfigError) for (const problem of error.problems) console.error(problem);
    process.exit(2);
  }
}

const service = await startService({
  config: readSettings(),
  logs: {
    access: (line) => process.stdout.write(line),
    security: (line) => process.stderr.write(line),
    notice: (line) => process.stderr.write(line),
  },
});
console.log(`${await service.users.count()} users, on port ${service.address.port}`);

await once(process, 'SIGTERM');
// Finishes the requests under way, for ten seconds at most, and writes what is pending.
await service.close(10_000);
