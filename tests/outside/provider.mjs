// A provider of OpenID Connect that others wrote, on loopback: https://github.com/panva/node-oidc-provider
// In: {client, redirect, left}: our registration with it, and where it sends people back to; out: {issuer}, when it listens.
// It ends with its standard input.
import Provider from 'oidc-provider';
import { createServer } from 'http';

process.stdin.on('end', () => process.exit(0));
const { client, redirect, left } = JSON.parse(await new Promise((told) => process.stdin.once('data', told)));
const PEOPLE = {
  'zhang': { preferred_username: 'Zhang.Wei', groups: ['staff', 'sarcoma'], staff: 'S-001' },
  'visitor': { preferred_username: 'Visitor', groups: ['staff'] },
};

const server = createServer();
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const issuer = `http://127.0.0.1:${server.address().port}`;
const provider = new Provider(issuer, {
  clients: [{ ...client, redirect_uris: [redirect], post_logout_redirect_uris: [left], response_types: ['code'], grant_types: ['authorization_code'] }],
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...PEOPLE[id] }) }),
  claims: { openid: ['sub'], profile: ['preferred_username', 'groups', 'staff'] },
  conformIdTokenClaims: false,
  enabledJWA: { clientAuthSigningAlgValues: ['ES384', 'RS384'] },
  cookies: { keys: ['only for a test'] },
});
server.on('request', provider.callback());
console.log(JSON.stringify({ issuer }));
