// The real `oidc-provider`, as `tests/interop` installs it, for a page: a public client, and CORS for loopback.
// It prints its port and serves until it is stopped.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const servers = new URL('../../../tests/interop/servers/oidc-provider/', import.meta.url);
const { resolve } = createRequire(new URL('server.mjs', servers));
const { default: Provider } = await import(pathToFileURL(resolve('oidc-provider')));
const { userPages } = await import(new URL('pages.mjs', servers));

const server = createServer().listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address();
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{
    client_id: 'page',
    redirect_uris: ['http://127.0.0.1/callback'],
    application_type: 'native',
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
  }],
  clientBasedCORS: (ctx, origin) => origin.startsWith('http://127.0.0.1:'),
  rotateRefreshToken: true,
  scopes: ['openid', 'offline_access'],
  findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  features: { devInteractions: { enabled: false } },
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  cookies: { keys: ['browser'] },
});
provider.use(userPages(provider));
server.on('request', provider.callback());
console.log(`port ${port}`);
