import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { temporaryDirectory } from '../helpers/directory.ts';
import { startTestService } from '../helpers/service.ts';
import { documentOf, member, objectOf } from './openapi-document.ts';
import type { JsonObject } from './openapi-document.ts';
import { PACKAGES, runNode } from './programs.ts';

/** What Redocly's recommended rules find, with none of them switched off: there is no configuration in the folder. */
async function findings(t: TestContext, document: JsonObject): Promise<unknown[]> {
  const folder = temporaryDirectory(t);
  writeFileSync(join(folder, 'openapi.json'), JSON.stringify(document));
  const linter = join(PACKAGES, '@redocly', 'cli', 'bin', 'cli.js');
  const { stdout } = await runNode([linter, 'lint', 'openapi.json', '--extends=recommended', '--format=json'], folder);
  const result: { readonly problems: readonly unknown[]; readonly totals: { readonly ignored: number } } = JSON.parse(stdout);
  assert.equal(result.totals.ignored, 0);
  return [...result.problems];
}

function ruleOf(problem: unknown): unknown {
  return member(problem, 'ruleId');
}

for (const publicUrl of [null, 'http://127.0.0.1:5000', 'https://auth.corp.example/sso']) {
  test(`Redocly's recommended rules find nothing in the document, with PUBLIC_URL=${publicUrl}`, async (t) => {
    assert.deepEqual(await findings(t, documentOf('sid', publicUrl)), []);
  });
}

test("Redocly's recommended rules find what is taken out of the document, and examples that will not do", async (t) => {
  const document = documentOf();
  const { license, ...info } = objectOf(document.info);
  assert.ok(license !== undefined);
  const rules = (await findings(t, { ...document, info })).map(ruleOf);
  assert.deepEqual(rules, ['info-license']);
  const text = JSON.stringify(document).replace('"example":{"status":"OK"}', '"example":{"status":"ok"}');
  assert.deepEqual((await findings(t, objectOf(JSON.parse(text)))).map(ruleOf), ['no-invalid-media-type-examples']);
});

test('a server gives the document that answers are held against, with its own cookie and address', async (t) => {
  const { api } = await startTestService(t, { sessionName: 'sid', publicUrl: 'https://auth.example.com' });
  assert.deepEqual((await api('GET', '/openapi.json')).json(), documentOf('sid', 'https://auth.example.com'));
});

test('every operation has a summary, a tag, and an example for each body', () => {
  const operations = Object.values(objectOf(documentOf().paths)).flatMap((item) => Object.values(objectOf(item)));
  assert.ok(operations.length > 20);
  for (const operation of operations.map(objectOf)) {
    const id = String(operation.operationId);
    assert.ok(operation.summary !== undefined && Array.isArray(operation.tags), id);
    const bodies = [operation.requestBody, ...Object.values(objectOf(operation.responses))];
    for (const media of bodies.flatMap((body) => Object.values(objectOf(member(body, 'content'))))) {
      assert.ok((member(media, 'example') ?? member(media, 'examples')) !== undefined, id);
    }
  }
});
