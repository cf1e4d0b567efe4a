import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_PASSWORD_BYTES, passwordProblem } from '../../src/security/password-policy.ts';

test('passwordProblem() is null when the password will do', () => {
  const passwords = [
    'H0lbertonSchool98!', 'fake pwd', '        ', 'correct horse battery staple', 'password of mine', 'a:b:c:d:e',
    'éééééééé', '🙂🙂🙂🙂🙂🙂🙂🙂', 'пароль на сегодня', '密码密码密码密码', 'tab\tand\nnewline',
    ' leading and trailing ', 'x'.repeat(1024), 'é'.repeat(512), '🙂'.repeat(256), 'aaaaaaab',
  ];
  for (const password of passwords) assert.equal(passwordProblem(password, 8), null, JSON.stringify(password));
});

test('passwordProblem() counts code points, after NFC', () => {
  const tooShort = 'password must be at least 8 characters long';
  for (const password of ['', 'x', 'seven77', '🙂🙂🙂🙂🙂🙂🙂', 'e\u0301'.repeat(7), '       ']) {
    assert.equal(passwordProblem(password, 8), tooShort, JSON.stringify(password));
  }
  assert.equal(passwordProblem('e\u0301'.repeat(8), 8), null);
  assert.equal(passwordProblem('seven77', 7), null);
  assert.equal(passwordProblem('fourteen chars', 15), 'password must be at least 15 characters long');
});

test('passwordProblem() names the bound when the password has more bytes, after NFC', () => {
  assert.equal(MAX_PASSWORD_BYTES, 1024);
  const tooLong = 'password must be at most 1024 bytes long in UTF-8';
  // U+FB2C has three bytes before NFC and six after.
  const ascii = ['x'.repeat(1025), 'x'.repeat(65_536)];
  for (const password of [...ascii, `${'é'.repeat(512)}x`, '🙂'.repeat(257), '\ufb2c'.repeat(341)]) {
    assert.equal(passwordProblem(password, 8), tooLong);
  }
  assert.equal(passwordProblem('e\u0301'.repeat(512), 8), null);
});

test('passwordProblem() refuses NUL, which is padding to scrypt', () => {
  for (const password of ['a\0\0\0\0\0\0\0', 'a good password\0', '\0a good password']) {
    assert.equal(passwordProblem(password, 8), 'password must not hold NUL (U+0000)', JSON.stringify(password));
  }
});

test('passwordProblem() asks for well-formed Unicode when half of a surrogate pair is there', () => {
  for (const password of ['\ud800aaaaaaaa', 'aaaaaaaa\udc00', 'aaaa\udc00\ud800aaaa', '\ud83d']) {
    assert.match(passwordProblem(password, 8) ?? '', /^password must be well-formed Unicode/);
  }
});

test('passwordProblem() refuses the commonest passwords, in whatever case', () => {
  for (const password of ['password', 'PASSWORD', 'PassWord1', 'P@ssw0rd', '12345678', 'Iloveyou', 'QWERTYUIOP']) {
    assert.match(passwordProblem(password, 8) ?? '', /^password must not be one of the commonest/, password);
  }
});

test('passwordProblem() never shows the password', () => {
  for (const password of ['hunter2', 'hunter2\ud800', 'hunter2'.repeat(200), 'hunter123']) {
    const problem = passwordProblem(password, 8);
    assert.ok(problem !== null && !problem.includes('hunter'), password);
  }
});
