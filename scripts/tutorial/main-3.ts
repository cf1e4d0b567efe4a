#!/usr/bin/env -S npx tsx
/** Main 3: a server that shows the session cookie (tutorial task 4). */
import { Auth } from '../../src/api/v1/auth/auth.ts';
import { format } from './python-text.ts';
import { run } from './root-server.ts';
import { script } from './script.ts';

await script(async (config) => {
  const auth = new Auth({ sessionName: config.sessionName });

  await run((request) => format('Cookie value: {}\n', auth.sessionCookie(request)), config);
});
