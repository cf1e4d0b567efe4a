#!/usr/bin/env -S npx tsx
/** Main 0: a user for Basic authentication (tutorial task 0). */
import { parseConfig } from '../../src/config.ts';
import { declareModels } from '../../src/models/repositories.ts';
import { User } from '../../src/models/user.ts';
import { PasswordHasher } from '../../src/security/password.ts';
import { JournalStore } from '../../src/storage/journal/journal-store.ts';

// The tutorial has one global DATA; here the users are in a store, the server's own.
const { config } = parseConfig(process.env);
const store = new JournalStore({ directory: config.dataDirectory });
const { users } = declareModels(store);
await store.open();

/** Create a user test */
const userEmail = 'bob@hbtn.io';
const userClearPwd = 'H0lbertonSchool98!';

// Emails are unique here: a second run finds the user of the first.
const [earlier] = await users.search({ email: userEmail });
if (earlier === undefined) {
  const user = new User({ email: userEmail, passwordHash: await new PasswordHasher().hash(userClearPwd) });
  console.log(`New user: ${user.id}`);
  await users.save(user);
} else {
  console.log(`User of an earlier run: ${earlier.id}`);
}

const basicClear = `${userEmail}:${userClearPwd}`;
console.log(`Basic Base64: ${Buffer.from(basicClear, 'utf8').toString('base64')}`);

await store.close();
