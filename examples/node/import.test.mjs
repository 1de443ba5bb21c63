// A test for Node's own test runner: `node --test`. ZIMMOCK is the program, if it is not on the PATH.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';

let mock, ready;

// The mock's first line says where it is, and that it answers.
before(async () => {
  mock = spawn(process.env.ZIMMOCK ?? 'zimmock', ['serve', '--port', '0', '--die-with-parent', '--log', 'off'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface({ input: mock.stdout }), 'line');
  ready = JSON.parse(line);
});
after(() => mock.kill());

async function control(method, path, body) {
  const answer = await fetch(ready.control_url + path, {
    method,
    body: typeof body === 'string' || body === undefined ? body : JSON.stringify(body),
  });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
  return answer.headers.get('content-type') === 'application/json' ? answer.json() : answer.text();
}

// The client under test.
async function importText(app, text) {
  const nonce = randomBytes(8).toString('hex');
  const timestamp = Math.floor(Date.now() / 1000);
  const signature = createHash('md5').update(`${app.app_id}${nonce}${app.server_secret}${timestamp}`).digest('hex');
  const query = new URLSearchParams({
    Action: 'ImportPeerMsg', AppId: app.app_id, SignatureNonce: nonce, Timestamp: timestamp,
    SignatureVersion: '2.0', Signature: signature,
  });
  const answer = await fetch(`${ready.url}/?${query}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      FromUserId: 'alice', ToUserId: 'bob', ImportedUserId: 'alice', MessageType: 1, Priority: 2,
      MessageBody: { Message: text },
    }),
  });
  return (await answer.json()).Code;
}

test('a lost answer does not mean that nothing happened', async () => {
  const app = await control('POST', '/tenants', {});
  const tenant = `/tenants/${app.app_id}`;
  await control('POST', `${tenant}/state`, '{"Record":"user","UserId":"alice"}\n{"Record":"user","UserId":"bob"}\n');
  await control('POST', `${tenant}/faults`, { fault: 'drop-reply', action: 'ImportPeerMsg', nth: 2 });

  assert.equal(await importText(app, 'one'), 0);
  await assert.rejects(importText(app, 'two'), TypeError); // fetch failed
  assert.equal(await importText(app, 'three'), 0);

  const state = await control('GET', `${tenant}/state`);
  const held = state.trim().split('\n').map((line) => JSON.parse(line)).filter((line) => !line.Record);
  assert.deepEqual(held.map((message) => message.Message), ['one', 'two', 'three']);
  const verified = await control('POST', `${tenant}/verify`, { action: 'ImportPeerMsg', count: 3, no_findings: true });
  assert.ok(verified.ok, verified.report);
});
