// `node server.mjs plain|iss|mission`: prints its port and serves until it is stopped.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

import Provider from 'oidc-provider';

import * as mission from './mission.mjs';
import { userPages } from './pages.mjs';

const isMission = process.argv[2] === 'mission';
const known = JSON.parse(readFileSync(new URL('../clients.json', import.meta.url)));

// Only a public client of the type `native` may choose the port of a loopback redirect URI.
const client = (name, method) => ({
  client_id: known[name].id,
  client_secret: known[name].secret,
  redirect_uris: known[name].redirect_uris,
  application_type: name === 'native' ? 'native' : 'web',
  token_endpoint_auth_method: method,
  grant_types: ['authorization_code', 'refresh_token'],
});

const configuration = {
  // Not `basic_accent`: a secret beyond visible ASCII makes a client invalid here.
  clients: [
    client('native', 'none'),
    client('web', 'none'),
    client('body', 'client_secret_post'),
    client('basic', 'client_secret_basic'),
    client('basic_space', 'client_secret_basic'),
  ],
  scopes: ['openid', 'offline_access', 'api'],
  findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  features: { devInteractions: { enabled: false } },
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  cookies: { keys: ['interop'] },
  ...(isMission && mission.configuration),
};

const server = createServer().listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address();
const provider = new Provider(`http://127.0.0.1:${port}`, configuration);
if (isMission) {
  provider.use(mission.wireShape);
}
provider.use(userPages(provider));
provider.use(resource);
server.on('request', provider.callback());
console.log(`port ${port}`);

// An API that answers whoever has a good access token.
async function resource(ctx, next) {
  if (ctx.path !== '/resource') {
    return next();
  }
  const bearer = ctx.get('authorization').replace(/^Bearer /, '');
  ctx.body = 'resource';
  ctx.status = (await provider.AccessToken.find(bearer)) ? 200 : 401;
  return undefined;
}
