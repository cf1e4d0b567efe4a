import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import test from 'node:test';
import { createFastMac, createMac, createPortableMac, randomKey } from '../../src/security/mac.ts';

test('createFastMac() and createPortableMac() are HMAC-SHA-256 for texts of any length', () => {
  const key = randomKey();
  for (const make of [createFastMac, createPortableMac]) {
    const mac = make(key);
    for (let length = 0; length < 300; length += 1) {
      const text = randomBytes(length).toString(length % 2 === 0 ? 'latin1' : 'base64');
      assert.equal(mac(text), createHmac('sha256', key).update(text).digest('base64'), `${make.name}, ${length} bytes`);
    }
  }
});

test('createMac() has a key of its own each time', () => {
  assert.notEqual(createMac()('text'), createMac()('text'));
  const mac = createMac();
  assert.equal(mac('text'), mac('text'));
});
