#!/usr/bin/env -S npx tsx
/** Main 0: a user for Basic authentication (tutorial task 0). */
import { script } from './script.ts';
import { openStore, testUser } from './test-user.ts';

await script(async (config) => {
  const { store, database } = await openStore(config);

  /** Create a user test */
  const userEmail = 'bob@hbtn.io';
  const userClearPwd = 'H0lbertonSchool98!';

  const { user, isNew } = await testUser(database, config, userEmail, userClearPwd);
  console.log(`${isNew ? 'New user' : 'User of an earlier run'}: ${user.id}`);

  const basicClear = `${userEmail}:${userClearPwd}`;
  console.log(`Basic Base64: ${Buffer.from(basicClear, 'utf8').toString('base64')}`);

  await store.close();
});
