import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COMMON_PASSWORDS } from '../../src/security/common-passwords.ts';

test('COMMON_PASSWORDS holds what every list begins with', () => {
  for (const password of ['12345678', '123456789', 'password', 'password1', 'qwertyui', 'iloveyou', '1q2w3e4r']) {
    assert.ok(COMMON_PASSWORDS.has(password), password);
  }
  assert.ok(COMMON_PASSWORDS.size >= 200);
});

test('COMMON_PASSWORDS are in lower case, printable ASCII and of 8 characters or more', () => {
  for (const password of COMMON_PASSWORDS) {
    assert.match(password, /^[\x21-\x7e]{8,}$/);
    assert.equal(password, password.toLowerCase());
  }
});
